"""The AMI codec: packets, lists, output, bounds, and that no value begins another line."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.wire.ami import (
    MAX_FIELDS,
    MAX_LINE,
    MAX_PACKET,
    BadAction,
    Banner,
    Decoder,
    Event,
    MalformedAmi,
    Response,
    action,
)

GREETING = b"Asterisk Call Manager/11.0.0\r\n"


def all_of(chunks):
    """Every message of the chunks, and whether they ended in an error."""
    decoder = Decoder()
    found = []
    try:
        for chunk in chunks:
            found.extend(decoder.feed(chunk))
    except MalformedAmi as error:
        return [*found, *error.before], True
    return found, False


def one(packet):
    (_, message), broken = all_of([GREETING + packet])
    assert not broken
    return message


def test_the_banner_comes_first():
    assert all_of([GREETING]) == ([Banner("11.0.0")], False)


@pytest.mark.parametrize("greeting", [b"SSH-2.0-x\r\n", b"HTTP/1.1 400\r\n", b"A" * 300, b"Ast\0"])
def test_what_does_not_greet_as_a_manager_is_refused(greeting):
    assert all_of([greeting]) == ([], True)


def test_an_event_keeps_repeated_keys_and_channel_variables():
    event = one(
        b"Event: Newchannel\r\nUniqueid: 1.2\r\nChanVariable: HOTLINE=a=b\r\n"
        b"ChanVariable: LINE=\r\nAccountCode: \r\n\r\n"
    )
    assert isinstance(event, Event)
    assert (event.name, event.get("Uniqueid"), event.get("AccountCode")) == (
        "Newchannel",
        "1.2",
        "",
    )
    assert event.variables == {"HOTLINE": "a=b", "LINE": ""}
    assert event.get("Nothing") == ""


def test_the_output_of_a_command_keeps_its_lines():
    response = one(
        b"Response: Success\r\nActionID: 4\r\nMessage: Command output follows\r\n"
        b"Output: a: b\r\nOutput: \r\nOutput:   indented\r\n\r\n"
    )
    assert isinstance(response, Response)
    assert response.succeeded
    assert response.action_id == "4"
    assert response.output == ("a: b", "", "  indented")


def test_an_event_that_reports_a_response_stays_an_event():
    event = one(b"Event: OriginateResponse\r\nActionID: 3\r\nResponse: Failure\r\n\r\n")
    assert isinstance(event, Event)


def test_lists_begin_and_end():
    assert one(b"Response: Success\r\nEventList: start\r\n\r\n").starts_list
    assert one(b"Event: QueueStatusComplete\r\nEventList: Complete\r\n\r\n").ends_list
    assert not one(b"Event: QueueMember\r\n\r\n").ends_list


def test_an_error_is_an_answer_too():
    response = one(b"Response: Error\r\nMessage: No such queue\r\n\r\n")
    assert not response.succeeded
    assert response.message == "No such queue"


def test_a_line_without_a_colon_harms_nothing():
    event = one(b"Event: UserEvent\r\nnonsense\r\nNote: \xc4\xe3\r\n\r\n")
    assert event.name == "UserEvent"
    assert event.get("Note") == "\ufffd\ufffd"


@pytest.mark.parametrize("poison", [b"Event: A\0\r\n\r\n", b"x" * (MAX_PACKET + 3)])
def test_a_packet_beyond_its_bounds_has_a_named_error(poison):
    assert all_of([GREETING + poison]) == ([Banner("11.0.0")], True)


def test_an_action_is_lines_and_an_empty_line():
    made = action("QueueAdd", [("Queue", "hotline"), ("Variable", "a=1"), ("Variable", "b=2")], "7")
    assert made == (
        b"Action: QueueAdd\r\nActionID: 7\r\nQueue: hotline\r\n"
        b"Variable: a=1\r\nVariable: b=2\r\n\r\n"
    )


@given(st.text(), st.text())
def test_no_key_and_no_value_begins_another_line(key, value):
    try:
        made = action("QueuePause", [(key, value)], "1")
    except BadAction:
        return
    assert made.count(b"\r\n") == 4
    assert made.count(b"\n") == made.count(b"\r") == 4
    assert b"\0" not in made


@pytest.mark.parametrize(
    ("key", "value"),
    [("Queue", "a\r\nAction: Originate"), ("Queue", "a\n"), ("Que ue", "x"), ("Queue: x", "y"),
     ("", "x"), ("Reason", "中" * MAX_LINE), ("Reason", "\0"), ("Reason", "\ud800")],
)  # fmt: skip
def test_a_bad_action_has_a_named_error(key, value):
    with pytest.raises(BadAction):
        action("QueuePause", [(key, value)], "1")


def test_more_fields_than_asterisk_reads_are_refused():
    with pytest.raises(BadAction):
        action("Originate", [("Variable", "a=b")] * MAX_FIELDS, "1")


lines = st.sampled_from(
    [b"Event: A\r\n", b"Response: Success\r\n", b"ActionID: 1\r\n", b"\r\n", b"Output: x\r\n",
     b"\n", b"\r", b"junk", b"\0", GREETING]
)  # fmt: skip


@given(
    st.sampled_from([b"", GREETING]),
    st.lists(lines | st.binary(max_size=8), max_size=14).map(b"".join),
    st.lists(st.integers(min_value=0), max_size=30),
)
def test_chunks_never_show(greeting, data, places):
    data = greeting + data
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    chunks = [data[a:b] for a, b in itertools.pairwise(edges)]
    assert all_of(chunks) == all_of([data])
