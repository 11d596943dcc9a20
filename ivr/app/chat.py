"""The chat of a node: the flow of every call, its records and tickets marked as written."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final

from attrs import evolve, frozen

from agi_scripts.incoming import incoming
from agi_scripts.place import Place
from agi_scripts.visit import Tickets, Times, Understanding, Visit
from ivr.app.node import Node
from ivr.app.publishing import times_of
from ivr.app.understanding import understanding_of
from ivr.calls.chat_rooms import ChatRooms
from ivr.calls.fence import Fence
from ivr.calls.journey import Journey
from ivr.calls.record import Means
from ivr.calls.run import CallRunner
from ivr.calls.witness import IsOver, Witness
from ivr.kernel.clock import Clock
from ivr.kernel.ids import PhoneNumber, TicketNumber
from ivr.kernel.units import seconds
from ivr.storage.call_path import WatchedLedger
from ivr.storage.spooling import SpoolingLedger
from ivr.telephony.call import Call, CallFacts
from ivr.tickets.model import Channel, NewTicket, Ticket
from ivr.web.words import hours_in_words
from routing.calendar import Calendar
from routing.table import Snapshot

AGAIN_EVERY: Final = seconds(5)


@frozen
class NoSwitch:
    """`ivr.calls.fence.Switch` for calls that no switch has."""

    async def holds(self, facts: CallFacts) -> bool:  # noqa: ARG002 - as the port has it
        return False


def no_fence(witness: Witness) -> Fence:
    """No other process can serve a chat."""
    return Fence(witness, NoSwitch(), lambda: False, seconds(0), seconds(0))


@frozen
class WrittenTickets:
    """`agi_scripts.visit.Tickets`, marked; without a message, what was written before counts."""

    tickets: Tickets
    journey: Journey

    async def open(self, new: NewTicket) -> Ticket:
        told = (each.what for each in self.journey.record().told if each.means is Means.WORDS)
        words = new.words or "\n".join(told)
        return await self.tickets.open(evolve(new, channel=Channel.CHAT, words=words))

    async def find(self, number: TicketNumber) -> Ticket:
        return await self.tickets.find(number)

    async def of_caller(self, phone: PhoneNumber) -> tuple[Ticket, ...]:
        return await self.tickets.of_caller(phone)


def card(snapshot: Snapshot, number: PhoneNumber) -> tuple[str, ...]:
    """Whom a number of the table reaches, and when they are there."""
    directory = snapshot.table.directory
    line = next((each for each in directory.lines if each.number == number), None)
    if line is None:
        return (f"电话：{number}",)
    unit = directory.unit(line.unit)
    return (
        f"{line.title}（{unit.name}）",
        f"电话：{number}",
        f"服务时间：{hours_in_words(str(line.hours))}",
    )


@contextlib.asynccontextmanager
async def chat_rooms(node: Node) -> AsyncIterator[ChatRooms]:
    """Conversations end before the node does, and what was written in them is kept."""
    ledger = SpoolingLedger(WatchedLedger(node.stores.calls, node.stores.watch), node.spool)
    node.background.repeat(ledger.again, AGAIN_EVERY)
    runner = CallRunner(
        flow=ChatFlow(
            tickets=node.desk,
            calendar=node.book.calendar,
            clock=node.clock,
            times=times_of(node.settings),
            understanding=lambda snapshot: understanding_of(node.book.in_force(), snapshot),
        ),
        table=node.book.snapshot,
        ledger=ledger,
        live=node.present.live,
        witness=node.witness,
        fence=no_fence(node.witness),
        clock=node.clock,
        meter=node.meter,
        background=node.background,
        node=node.settings.node,
    )
    rooms = ChatRooms(
        runner,
        lambda number: card(node.book.snapshot(), number),
        node.present.tally,
        node.clock,
    )
    try:
        yield rooms
    finally:
        await rooms.stop()


@frozen
class ChatFlow:
    """`ivr.calls.run.Flow`: `incoming`, as for every call."""

    tickets: Tickets
    calendar: Callable[[], Calendar]
    clock: Clock
    times: Times
    understanding: Callable[[Snapshot], Understanding | None]

    async def __call__(
        self, call: Call, snapshot: Snapshot, journey: Journey, is_over: IsOver
    ) -> None:
        visit = Visit(
            call=call,
            snapshot=snapshot,
            calendar=self.calendar(),
            tickets=WrittenTickets(self.tickets, journey),
            journey=journey,
            clock=self.clock,
            times=self.times,
            place=Place(),
            is_over=is_over,
            understanding=self.understanding(snapshot),
        )
        try:
            await incoming(visit)
        finally:
            _owe_only_what_can_be_paid(journey)


def _owe_only_what_can_be_paid(journey: Journey) -> None:
    """The ticket is the promise; without one, nobody can call who left no number."""
    if journey.ticket is not None or not journey.contact:
        journey.settle_callback()
