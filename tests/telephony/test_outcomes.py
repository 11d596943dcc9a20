"""What Asterisk's answers mean for a caller."""

import pytest

from ivr.kernel.units import seconds
from ivr.telephony.call import DialEnd, QueueEnd, Recording, RecordingEnd
from ivr.telephony.outcomes import (
    dial_result,
    key_of,
    operator_of,
    queue_result,
    recording_end,
)
from ivr.wire.agi import Reply


@pytest.mark.parametrize(
    ("interface", "operator"),
    [
        ("PJSIP/op1001", "1001"),
        ("PJSIP/op1001-00000012", "1001"),
        ("Local/1001@operators/n", "1001"),
        ("PJSIP/1001", "1001"),
        ("PJSIP/gateway", ""),
        ("", ""),
        ("PJSIP/op1001;rm", ""),
    ],
)
def test_an_operator_is_read_from_the_interface_that_answered(interface, operator):
    assert operator_of(interface) == operator


@pytest.mark.parametrize(
    ("reply", "key"),
    [
        (Reply(200, "48"), "0"),
        (Reply(200, "42"), "*"),
        (Reply(200, "35"), "#"),
        (Reply(200, "0"), ""),
        (Reply(200, "-1"), ""),
        (Reply(200, ""), ""),
        (Reply(200, "65"), ""),  # A to D exist on no telephone of a citizen
        (Reply(200, "5406"), ""),
        (Reply(510), ""),
    ],
)
def test_a_key_is_one_of_the_twelve_or_none(reply, key):
    assert key_of(reply) == key


@pytest.mark.parametrize(
    ("reply", "end"),
    [
        (Reply(200, "5406", "timeout", 20800), RecordingEnd.SILENCE),
        (Reply(200, "0", "timeout", 72000), RecordingEnd.LIMIT),
        (Reply(200, "0", "timeout", 71840), RecordingEnd.LIMIT),
        (Reply(200, "55", "dtmf", 8000), RecordingEnd.KEY),
        (Reply(200, "-1", "hangup", 8000), RecordingEnd.HANGUP),
        (Reply(200, "-1", "writefile", 0), RecordingEnd.FAILED),
        (Reply(200, "-1"), RecordingEnd.FAILED),
    ],
)
def test_why_a_recording_ended(reply, end):
    assert recording_end(reply, seconds(9)) is end


@pytest.mark.parametrize(
    ("status", "talked", "end", "for_seconds"),
    [
        ("ANSWER", "61", DialEnd.ANSWERED, 61),
        ("ANSWER", "", DialEnd.ANSWERED, 0),
        ("ANSWER", "9" * 50, DialEnd.ANSWERED, 0),
        ("BUSY", "5", DialEnd.BUSY, 0),
        ("DONTCALL", "", DialEnd.UNAVAILABLE, 0),
        ("", "", DialEnd.UNAVAILABLE, 0),
    ],
)
def test_how_dialling_ended(status, talked, end, for_seconds):
    result = dial_result(status, talked)
    assert (result.end, result.talked) == (end, for_seconds)


@pytest.mark.parametrize(
    ("status", "left_by_key", "end"),
    [
        ("CONTINUE", False, QueueEnd.SERVED),
        ("TIMEOUT", False, QueueEnd.TIMEOUT),
        ("FULL", False, QueueEnd.FULL),
        ("JOINEMPTY", False, QueueEnd.NO_OPERATORS),
        ("LEAVEUNAVAIL", False, QueueEnd.NO_OPERATORS),
        ("", True, QueueEnd.DECLINED),
        ("", False, QueueEnd.NO_OPERATORS),
        ("SOMETHING NEW", False, QueueEnd.NO_OPERATORS),
    ],
)
def test_how_waiting_ended(status, left_by_key, end):
    result = queue_result(
        status, left_by_key=left_by_key, interface="PJSIP/op1001", held="4", passed=seconds(9)
    )
    served = end is QueueEnd.SERVED
    assert result.end is end
    assert result.operator == ("1001" if served else "")
    assert (result.waited, result.talked) == ((4, 5) if served else (9, 0))


@pytest.mark.parametrize(
    ("duration", "end", "empty"),
    [
        (1.02, RecordingEnd.SILENCE, True),  # what Asterisk 22 keeps of nothing but silence
        (2.6, RecordingEnd.SILENCE, False),
        (0.4, RecordingEnd.HANGUP, True),
        (1.5, RecordingEnd.HANGUP, False),
    ],
)
def test_a_silent_message_is_empty(duration, end, empty):
    assert Recording("/m.wav", seconds(duration), end).is_empty is empty
