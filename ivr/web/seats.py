"""Whose a seat is, and what they ask of the switch: log in and out, take a break."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from attrs import frozen

from ivr.desk.commands import OPERATOR_ID
from ivr.desk.presence import OperatorPresence, OperatorState, Presence
from ivr.kernel.audit import AuditLog, Deed
from ivr.kernel.errors import HotlineError
from ivr.kernel.ids import OperatorId
from ivr.kernel.log import logger
from ivr.kernel.people import Account, AccountName
from ivr.people.permissions import Permission, require


class Switch(Protocol):
    """`ivr.desk.commands.OperatorCommands`: each raises a `HotlineError` when it is refused."""

    async def login(self, operator: OperatorId, who: AccountName | None = None) -> None: ...

    async def logout(self, operator: OperatorId) -> None: ...

    async def pause(self, operator: OperatorId, *, paused: bool, reason: str = "") -> None: ...


class SeatDeed(Enum):
    """What an operator does with a seat, as the audit log names it."""

    LOGIN = "seat.login"
    LOGOUT = "seat.logout"
    PAUSE = "seat.pause"
    RESUME = "seat.resume"


REFUSED = "seat.refused"  # by the switch, what the log has just before


class SeatNotChanged(HotlineError):
    """The switch refused, or is away."""

    id = "seat-not-changed"

    def __init__(self, seat: OperatorId) -> None:
        super().__init__(f"交换机没有接受对座席{seat}的操作，请看它现在的状态，稍后再试")


class NotYourSeat(HotlineError):
    """Somebody else sits there."""

    id = "not-your-seat"

    def __init__(self, seat: OperatorId) -> None:
        super().__init__(f"您没有在座席{seat}签入，不能替这个座席示忙、示闲或签出")


class SeatHasCaller(HotlineError):
    """Who is on the telephone there is nobody else's caller."""

    id = "seat-has-caller"

    def __init__(self, seat: OperatorId) -> None:
        super().__init__(f"座席{seat}正有来电，现在不能换人，请等这通来电结束后再签入")


@frozen
class SeatKeeping:
    """Who has logged in at a seat on the page has it, until they or somebody else log out there.

    The log has it before the switch is asked: nobody gets a seat, and with it callers, unseen.
    """

    presence: Presence
    switch: Switch
    audit: AuditLog

    async def change(self, me: Account, seat: OperatorId, deed: SeatDeed) -> None:
        """Raises `NotAllowed`, `NotYourSeat`, `SeatHasCaller`, `SeatNotChanged`, `StoreAway`."""
        require(me, Permission.TAKE_CALLS)
        now = await self.now(seat)
        _permit(me, seat, deed, now)
        before = {"account": now.who} if now and now.who and now.who != me.name else None
        await self.audit.add(Deed(me.name, deed.value, f"seat/{seat}", before=before))
        try:
            await self._ask(me, seat, deed, logged_in=now is not None)
        except HotlineError as why:
            logger().warning("seat not changed", seat=seat, what=deed.value, why=str(why))
            await self.audit.add(Deed(me.name, REFUSED, f"seat/{seat}", before=deed.value))
            raise SeatNotChanged(seat) from why

    async def now(self, seat: OperatorId) -> OperatorPresence | None:
        """The seat, None while it is not logged in."""
        everybody = await self.presence.all()
        found = (each for each in everybody if each.operator == seat)
        return next((each for each in found if each.state is not OperatorState.AWAY), None)

    async def _ask(self, me: Account, seat: OperatorId, deed: SeatDeed, *, logged_in: bool) -> None:
        if deed is SeatDeed.LOGIN:
            if logged_in:
                await self.switch.logout(seat)  # there is no other way to rename who sits there
            await self.switch.login(seat, me.name)
        elif deed is SeatDeed.LOGOUT:
            await self.switch.logout(seat)
        else:
            await self.switch.pause(seat, paused=deed is SeatDeed.PAUSE)


def sits_at(me: Account, seat: OperatorPresence) -> bool:
    """Whether callers there are theirs.

    A seat that was logged in by its number alone belongs to the account named like it.
    """
    return seat.who == me.name if seat.who else seat_of(me.name) == seat.operator


def seat_of(text: str) -> OperatorId | None:
    """The seat number that somebody typed; op1001 is seat 1001, as on the telephone."""
    number = text.strip().removeprefix("op")
    return OperatorId(number) if OPERATOR_ID.fullmatch(number) else None


def _permit(me: Account, seat: OperatorId, deed: SeatDeed, now: OperatorPresence | None) -> None:
    if now is None or sits_at(me, now):
        return
    if deed is SeatDeed.LOGIN:
        if now.has_caller:
            raise SeatHasCaller(seat)
    elif not (me.in_charge and deed is SeatDeed.LOGOUT):  # for one who went home and forgot
        raise NotYourSeat(seat)
