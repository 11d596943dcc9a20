"""The desk as an operator sees it: the caller they have, who waits, and who else is there."""

from __future__ import annotations

from enum import Enum
from typing import Final, Protocol

from attrs import frozen

from ivr.calls.live import LiveCall, LiveCalls
from ivr.calls.record import OPERATOR
from ivr.desk.commands import OPERATOR_ID
from ivr.desk.presence import OperatorPresence, OperatorState, Presence
from ivr.kernel.audit import AuditLog, Deed
from ivr.kernel.errors import HotlineError
from ivr.kernel.ids import OperatorId
from ivr.kernel.log import logger
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


class Seats(Protocol):
    """`ivr.desk.commands.OperatorCommands`: each raises a `HotlineError` when it is refused."""

    async def login(self, operator: OperatorId) -> None: ...

    async def logout(self, operator: OperatorId) -> None: ...

    async def pause(self, operator: OperatorId, *, paused: bool, reason: str = "") -> None: ...


class SeatDeed(Enum):
    """What an operator does with a seat, as the audit log names it."""

    LOGIN = "seat.login"
    LOGOUT = "seat.logout"
    PAUSE = "seat.pause"
    RESUME = "seat.resume"


class SeatNotChanged(HotlineError):
    """The switch refused, or is away."""

    id = "seat-not-changed"

    def __init__(self, seat: OperatorId) -> None:
        super().__init__(f"交换机没有接受对座席{seat}的操作，请看它现在的状态，稍后再试")


@frozen
class DeskReading:
    """What the switch and the calls say now, and what an operator asks of the switch."""

    live: LiveCalls
    presence: Presence
    seats: Seats
    audit: AuditLog

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

    async def change(self, me: Account, seat: OperatorId, deed: SeatDeed) -> None:
        """Raises `NotAllowed`, and `SeatNotChanged` when the switch refuses or is away."""
        require(me, Permission.TAKE_CALLS)
        try:
            await self._ask(seat, deed)
        except HotlineError as why:
            logger().warning("seat not changed", seat=seat, what=deed.value, why=str(why))
            raise SeatNotChanged(seat) from why
        await self.audit.add(Deed(me.name, deed.value, f"seat/{seat}"))

    async def _ask(self, seat: OperatorId, deed: SeatDeed) -> None:
        if deed is SeatDeed.LOGIN:
            await self.seats.login(seat)
        elif deed is SeatDeed.LOGOUT:
            await self.seats.logout(seat)
        else:
            await self.seats.pause(seat, paused=deed is SeatDeed.PAUSE)


def seat_of(text: str) -> OperatorId | None:
    """The seat number that somebody typed; op1001 is seat 1001, as on the telephone."""
    number = text.strip().removeprefix("op")
    return OperatorId(number) if OPERATOR_ID.fullmatch(number) else None
