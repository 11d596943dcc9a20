"""The desk as an operator sees it: the caller they have, who waits, and who else is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from attrs import frozen

from ivr.calls.live import LiveCall, LiveCalls
from ivr.calls.record import OPERATOR
from ivr.desk.presence import OperatorPresence, OperatorState
from ivr.kernel.ids import CallId, OperatorId
from ivr.kernel.people import Account
from ivr.people.permissions import Permission, require
from ivr.web.seats import SeatKeeping, seat_of, sits_at
from ivr.web.shown import ShownCaller, ShownCallers


@frozen
class DeskSeen:
    """The present. `seat` is the one that was asked for, None while it is not logged in.

    `mine` says whether the operator sits there; of a seat that is another's nothing is told but
    its state. `caller` is who rings there or is talked to; None also when nothing is known of
    that call. `waiting` want a human and nobody talks to them yet, the longest first. Unless
    `current` the switch can not be asked: what is told of seats was so a while ago.
    """

    seat: OperatorPresence | None
    mine: bool
    caller: LiveCall | None
    waiting: tuple[LiveCall, ...]
    seats: tuple[OperatorPresence, ...]
    current: bool

    @property
    def has_caller(self) -> bool:
        return self.seat is not None and self.mine and self.seat.has_caller


@frozen
class DeskReading:
    """What the switch and the calls say now; `keeping` is for what an operator asks of it.

    `connected` says whether the switch tells us what happens. `shown` remembers whose words an
    operator got from here.
    """

    live: LiveCalls
    keeping: SeatKeeping
    connected: Callable[[], bool]
    shown: ShownCallers

    async def seat_of(self, me: Account) -> OperatorId | None:
        """Where they are logged in; else the one that their account is named like."""
        seats = await self.keeping.presence.all()
        return next((each.operator for each in seats if each.who == me.name), seat_of(me.name))

    async def now(self, me: Account, asked: OperatorId | None) -> DeskSeen:
        """Raises `NotAllowed`."""
        require(me, Permission.TAKE_CALLS)
        calls = {each.call: each for each in await self.live.all()}
        everybody = await self.keeping.presence.all()
        seats = tuple(each for each in everybody if each.state is not OperatorState.AWAY)
        seat = next((each for each in seats if each.operator == asked), None)
        mine = seat is not None and sits_at(me, seat)
        self._remember(me, seats, calls)
        talks = {each.call for each in seats if each.state is OperatorState.TALKING}
        waiting = (each for each in calls.values() if each.step == OPERATOR)
        return DeskSeen(
            seat=seat,
            mine=mine,
            caller=calls.get(seat.call) if seat and mine and seat.call else None,
            waiting=tuple(each for each in waiting if each.call not in talks),
            seats=seats,
            current=self.connected(),
        )

    async def callers(self, me: Account) -> tuple[ShownCaller, ...]:
        """Whose words are theirs to read: who rings at their seats, and who did lately, last first.

        Raises `NotAllowed`.
        """
        require(me, Permission.TAKE_CALLS)
        calls = {each.call: each for each in await self.live.all()}
        self._remember(me, await self.keeping.presence.all(), calls)
        return self.shown.of(me.name)

    def _remember(
        self, me: Account, seats: Iterable[OperatorPresence], calls: Mapping[CallId, LiveCall]
    ) -> None:
        """Who was passed on to somebody else's seat is theirs from then on."""
        for seat in seats:
            if seat.call is None or not seat.has_caller:
                continue
            if not sits_at(me, seat):
                self.shown.forget(me.name, seat.call)
            elif seat.call in calls:
                self.shown.keep(me.name, calls[seat.call])
