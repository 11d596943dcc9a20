"""An operator's screen: who is put through, what a machine heard them say, and who waits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from ivr.desk.presence import OperatorState
from ivr.kernel.ids import CallId
from ivr.people.permissions import Permission
from ivr.web.desk import DeskSeen
from ivr.web.page import Page
from ivr.web.seats import SeatDeed, seat_of
from ivr.web.visit import Visit

TAKE: Final = Permission.TAKE_CALLS
SEAT_STATES: Final[Mapping[OperatorState, str]] = {
    OperatorState.LOGGED_IN: "就绪",
    OperatorState.PAUSED: "示忙",
    OperatorState.RINGING: "振铃",
    OperatorState.TALKING: "通话中",
    OperatorState.AWAY: "签出",
}
TAKEN_FOR: Final[Mapping[str, str]] = {
    "HUMAN": "要找人工",
    "PROGRESS": "查询工单进度",
    "UNCLEAR": "没有听明白要办什么",
}


async def whole(visit: Visit) -> Response:
    """Who is logged in at a seat, or has an account named like one, needs not say which."""
    asked = visit.asked("seat", 20) or await visit.parts.desk.seat_of(visit.me) or ""
    error = f"“{asked}”不是座席号。座席号是三到六位数字。" if asked and not seat_of(asked) else ""
    return visit.show("desk.html", await _words(visit, asked) | {"asked": asked, "error": error})


async def now(visit: Visit) -> Response:
    """The changing part; nothing while it is as it `was`, so that nothing is read out twice."""
    words = await _words(visit, visit.asked("seat", 20))
    if words["mark"] == visit.asked("was"):
        return Response(status_code=204)
    return visit.show("desk_now.html", words)


async def change(visit: Visit) -> Response:
    seat = seat_of(visit.sent("seat", 20))
    deed = next((each for each in SeatDeed if each.value == visit.sent("deed", 20)), None)
    if seat is None or deed is None:
        return visit.go("/desk", seat=visit.sent("seat", 20))
    await visit.parts.desk.keeping.change(visit.me, seat, deed)
    return visit.go("/desk", "seat", seat=seat)


async def _words(visit: Visit, asked: str) -> dict[str, Any]:
    seat = seat_of(asked)
    seen = await visit.parts.desk.now(visit.me, seat)
    lately = visit.parts.desk.shown.of(visit.me.name)
    calls = [each.call for each in lately]
    corrected = await visit.parts.correcting.corrected(visit.me, calls)
    here = seen.caller.call if seen.caller else None
    directory = visit.parts.in_force().table.directory
    return {
        "number": seat or "",
        "seen": seen,
        "mark": _mark(seen, calls, sorted(corrected)),
        "lately": [each for each in lately if each.call != here],
        "corrected": corrected,
        "lines": {str(line.code): line for line in directory.lines},
        "units": {str(unit.code): unit for unit in directory.units},
        "states": SEAT_STATES,
        "taken_for": TAKEN_FOR,
    }


def _mark(seen: DeskSeen, *more: list[CallId]) -> str:
    return hashlib.sha256(repr((seen, more)).encode()).hexdigest()[:16]


PAGES: Final = (
    Page("/desk", whole, TAKE),
    Page("/desk/now", now, TAKE),
    Page("/desk", change, TAKE, "POST"),
)
