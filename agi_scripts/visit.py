"""What the stations of one call share."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeAlias

from attrs import field, frozen

from agi_scripts.place import MARK, Place, write_mark
from ivr.calls.carried import WORDS, write_words
from ivr.calls.journey import Journey
from ivr.calls.record import CallbackReason
from ivr.calls.witness import IsOver
from ivr.kernel.clock import Clock
from ivr.kernel.heard import Heard
from ivr.kernel.ids import PhoneNumber, TicketNumber
from ivr.kernel.units import Seconds
from ivr.telephony.call import Call
from ivr.tickets.model import NewTicket, Ticket
from ivr.tickets.will import NoWills, Will, Wills
from routing.calendar import Calendar
from routing.decision import Decision
from routing.directory import Line
from routing.ids import AreaCode
from routing.table import RoutingTable, Snapshot

Reserve: TypeAlias = Callable[[], Coroutine[Any, Any, TicketNumber | None]]
"""A number for a ticket that is about to be opened, or None when none is at hand."""


class Tickets(Protocol):
    """What flows ask of the ticket desk."""

    async def open(self, new: NewTicket) -> Ticket:
        """Open it, once for a key. Raises `MessageKept` where no number can be given."""

    async def find(self, number: TicketNumber) -> Ticket:
        """Raises `NoSuchTicket`, or `StoreAway` when nobody can tell now."""

    async def of_caller(self, phone: PhoneNumber) -> tuple[Ticket, ...]:
        """This caller's tickets, newest first, at most three. Raises `StoreAway`."""


class Understanding(Protocol):
    """What words mean, by the very table that the call began with. Takes microseconds."""

    @property
    def places(self) -> tuple[str, ...]:
        """Names that callers are likely to say."""

    def decide(self, heard: Heard, area: AreaCode | None) -> Decision:
        """Where what was heard goes; `area` is where the caller's matter is, if they said."""

    def danger(self, heard: Heard) -> str:
        """The emergency number to connect at once, or ''."""


@frozen
class Times:
    """How long things take, as the settings say."""

    ring: Seconds
    message: Seconds
    message_silence: Seconds
    queue: str
    queue_wait: Seconds


async def always_over() -> bool:
    """Where no other process could serve the call."""
    return True


async def none_reserved() -> TicketNumber | None:
    """Where no other process could go on with the call, or no numbers are at hand."""
    return None


@frozen
class Visit:
    """One caller's visit: the line they are on, and the table that was in force when they came.

    `is_over` tells, once the connection has gone, a hang-up from a call that was moved. What
    `reserve` gives stands on the mark before it is used, so whoever opens the ticket tells the
    same number. Without `understanding` callers are served by keys alone.
    """

    call: Call
    snapshot: Snapshot
    calendar: Calendar
    tickets: Tickets
    journey: Journey
    clock: Clock
    times: Times
    place: Place
    is_over: IsOver = always_over
    wills: Wills = field(factory=NoWills)
    understanding: Understanding | None = None
    reserve: Reserve = none_reserved

    @property
    def hears(self) -> bool:
        """Whether the caller may be invited to speak."""
        return self.understanding is not None and self.call.hears

    @property
    def table(self) -> RoutingTable:
        return self.snapshot.table

    def is_open(self, line: Line) -> bool:
        return line.hours.is_open(self.clock.now(), self.calendar)

    async def mark(self) -> None:
        """Leave the place on the channel, so that whoever serves the call next goes on from it.

        What the caller said goes along, as often as they say something.
        """
        if said := self.journey.to_carry():
            await self.call.set(WORDS, write_words(said))
        await self.call.set(MARK, write_mark(self.place, self.journey))

    async def leave_will(
        self, reason: CallbackReason | None, ticket: NewTicket | None = None
    ) -> None:
        """For what now lasts at the switch, whoever of ours lives to see its end.

        `reason` is why the caller would be called back; None where nothing is owed.
        """
        callback = self.journey.callback_if_lost(reason) if reason else self.journey.callback()
        await self.wills.leave(Will(self.call.facts, self.journey.record(), callback, ticket))
