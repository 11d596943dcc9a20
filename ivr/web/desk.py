"""The desk as an operator sees it: the caller they have, who waits, and who else is there."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ivr.calls.live import LiveCall, LiveCalls
from ivr.calls.record import OPERATOR
from ivr.desk.commands import OPERATOR_ID
from ivr.desk.presence import OperatorPresence, OperatorState, Presence
from ivr.kernel.ids import OperatorId
from ivr.kernel.people import Account
from ivr.people.permissions import Permission, require

_HAS_CALLER: Final = (OperatorState.RINGING, OperatorState.TALKING)


@frozen
class DeskSeen:
    """The present. `seat` is the operator's own, None while it is not in the queue.

    `caller` is who rings there or is talked to; None also when nothing is known of that call.
    `waiting` want a human and nobody talks to them yet, the longest first.
    """

    seat: OperatorPresence | None
    caller: LiveCall | None
    waiting: tuple[LiveCall, ...]
    seats: tuple[OperatorPresence, ...]

    @property
    def has_caller(self) -> bool:
        return self.seat is not None and self.seat.state in _HAS_CALLER


@frozen
class DeskReading:
    """What the switch and the calls say now."""

    live: LiveCalls
    presence: Presence

    async def now(self, me: Account, seat: OperatorId | None) -> DeskSeen:
        """Raises `NotAllowed`."""
        require(me, Permission.TAKE_CALLS)
        calls = {each.call: each for each in await self.live.all()}
        everybody = await self.presence.all()
        seats = tuple(each for each in everybody if each.state is not OperatorState.AWAY)
        mine = next((each for each in seats if each.operator == seat), None)
        talks = {each.call for each in seats if each.state is OperatorState.TALKING}
        waiting = (each for each in calls.values() if each.step == OPERATOR)
        return DeskSeen(
            seat=mine,
            caller=calls.get(mine.call) if mine and mine.call else None,
            waiting=tuple(each for each in waiting if each.call not in talks),
            seats=seats,
        )


def seat_of(text: str) -> OperatorId | None:
    """The seat number that somebody typed; op1001 is seat 1001, as on the telephone."""
    number = text.strip().removeprefix("op")
    return OperatorId(number) if OPERATOR_ID.fullmatch(number) else None
