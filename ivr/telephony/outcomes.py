"""What Asterisk's answers mean for a caller. Pure: replies and variables in, results out."""

from __future__ import annotations

import re
from typing import Final

from ivr.kernel.units import Seconds, seconds
from ivr.telephony.call import (
    KEYS,
    NO_TIME,
    DialEnd,
    DialResult,
    QueueEnd,
    QueueResult,
    RecordingEnd,
)
from ivr.wire.agi import Reply

SAMPLES_PER_SECOND: Final = 8000
LIMIT_MARGIN: Final = 0.25  # Asterisk stops within a frame or two of the limit
DEAD_CHANNEL: Final = 511


def says_dead(reply: Reply) -> bool:
    """Whether the command was refused because there is no caller any more."""
    return reply.code == DEAD_CHANNEL


def key_of(reply: Reply) -> str:
    """The key that a reply names by its character code, or ''."""
    return _KEY_CODES.get(reply.result, "")


def length_of(reply: Reply) -> Seconds:
    """How far the audio had come."""
    return seconds(max(0, reply.endpos or 0) / SAMPLES_PER_SECOND)


def recording_end(reply: Reply, limit: Seconds) -> RecordingEnd:
    """Why RECORD FILE stopped.

    It says "timeout" for silence and for the limit alike, with a meaningless number; only
    the length tells them apart, since silence is cut off the end of the file.
    """
    if (reply.endpos or 0) < 0:
        return RecordingEnd.FAILED  # not even the header was written
    if reply.data == "dtmf":
        return RecordingEnd.KEY
    if reply.data == "hangup":
        return RecordingEnd.HANGUP
    if reply.data != "timeout":
        return RecordingEnd.FAILED
    at_limit = length_of(reply) >= limit - LIMIT_MARGIN
    return RecordingEnd.LIMIT if at_limit else RecordingEnd.SILENCE


def dial_result(status: str, talked: str) -> DialResult:
    """DIALSTATUS and ANSWEREDTIME, as the outbound context leaves them."""
    end = _DIAL_ENDS.get(status, DialEnd.UNAVAILABLE)
    return DialResult(end, _whole_seconds(talked) if end is DialEnd.ANSWERED else NO_TIME)


def queue_result(
    status: str, *, left_by_key: bool, interface: str, held: str, passed: Seconds
) -> QueueResult:
    """What the queue's variables say, after Queue with the option `c`.

    `status` is QUEUESTATUS, `interface` MEMBERINTERFACE, `held` QEHOLDTIME, `passed` the time
    the command took. An empty status is a caller who left by a key; without a key it is a
    queue that does not exist, which for the caller is a queue without operators.
    """
    if not status and left_by_key:
        return QueueResult(QueueEnd.DECLINED, waited=passed)
    end = _QUEUE_ENDS.get(status, QueueEnd.NO_OPERATORS)
    if end is not QueueEnd.SERVED:
        return QueueResult(end, waited=passed)
    waited = _whole_seconds(held)
    talked = seconds(max(0.0, passed - waited))
    return QueueResult(end, operator_of(interface), waited, talked)


def operator_of(interface: str) -> str:
    """'1001' from PJSIP/op1001, from PJSIP/op1001-00000012, from Local/1001@operators/n."""
    found = _OPERATOR.match(interface)
    return found["operator"] if found else ""


def _whole_seconds(text: str) -> Seconds:
    return seconds(int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0)


_KEY_CODES: Final = {str(ord(key)): key for key in KEYS}

_OPERATOR: Final = re.compile(
    r"[A-Za-z]{1,16}/(?:op)?(?P<operator>[0-9]{1,12})(?:[-@/]|$)", re.ASCII
)

_DIAL_ENDS: Final = {
    "ANSWER": DialEnd.ANSWERED,
    "BUSY": DialEnd.BUSY,
    "NOANSWER": DialEnd.NO_ANSWER,
    "CANCEL": DialEnd.DECLINED,
    "CHANUNAVAIL": DialEnd.UNAVAILABLE,
    "CONGESTION": DialEnd.UNAVAILABLE,
}

_QUEUE_ENDS: Final = {
    "CONTINUE": QueueEnd.SERVED,
    "TIMEOUT": QueueEnd.TIMEOUT,
    "FULL": QueueEnd.FULL,
    "JOINEMPTY": QueueEnd.NO_OPERATORS,
    "LEAVEEMPTY": QueueEnd.NO_OPERATORS,
    "JOINUNAVAIL": QueueEnd.NO_OPERATORS,
    "LEAVEUNAVAIL": QueueEnd.NO_OPERATORS,
    "WITHDRAW": QueueEnd.TIMEOUT,
    "LEFT": QueueEnd.DECLINED,  # by a key, said by our dialplan when nobody served the call
}
