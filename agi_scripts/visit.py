"""What the flows of one call share."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from attrs import frozen

from ivr.calls.journey import Journey
from ivr.kernel.clock import Clock
from ivr.kernel.ids import PhoneNumber, TicketNumber
from ivr.kernel.units import Seconds
from ivr.telephony.call import Call
from ivr.tickets.model import NewTicket, Ticket
from routing.calendar import Calendar
from routing.directory import Line
from routing.table import Snapshot


class After(Enum):
    """Where a caller goes when a part of the flow has ended."""

    BACK = "back"  # to the choice they came from
    MENU = "menu"  # to the first menu
    HUMAN = "human"
    MESSAGE = "message"
    GOODBYE = "goodbye"


class Tickets(Protocol):
    """What flows ask of the ticket desk."""

    async def open(self, new: NewTicket) -> Ticket:
        """Open it, once for a key. Raises `MessageKept` where no number can be given."""

    async def find(self, number: TicketNumber) -> Ticket:
        """Raises `NoSuchTicket`, or `StoreAway` when nobody can tell now."""

    async def of_caller(self, phone: PhoneNumber) -> tuple[Ticket, ...]:
        """This caller's tickets, newest first, at most three. Raises `StoreAway`."""


@frozen
class Times:
    """How long things take, as the settings say."""

    ring: Seconds
    message: Seconds
    message_silence: Seconds
    queue: str
    queue_wait: Seconds


@frozen
class Visit:
    """One caller's visit: the line they are on, and the table that was in force when they came."""

    call: Call
    table: Snapshot
    calendar: Calendar
    tickets: Tickets
    journey: Journey
    clock: Clock
    times: Times

    def is_open(self, line: Line) -> bool:
        return line.hours.is_open(self.clock.now(), self.calendar)
