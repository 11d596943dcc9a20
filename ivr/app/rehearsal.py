"""A call without consequences: the real table, and tickets that are forgotten afterwards."""

from __future__ import annotations

from datetime import timedelta

from attrs import define, field

from ivr.app.publishing import active_snapshot
from ivr.app.stores import open_stores
from ivr.kernel.clock import Clock
from ivr.kernel.errors import NotConfigured
from ivr.kernel.ids import PhoneNumber, TicketNumber
from ivr.settings import Settings
from ivr.tickets.model import NewTicket, NoSuchTicket, Ticket
from ivr.tickets.number import check_digit
from routing.calendar import Calendar
from routing.table import Snapshot

PROMISED = timedelta(days=3)  # any date will do: nobody waits for it


async def table_to_rehearse(settings: Settings, clock: Clock) -> tuple[Snapshot, Calendar]:
    """The table and the calendar in force; raises `NotConfigured` before `hotline init`."""
    async with open_stores(settings, clock) as stores:
        snapshot = await active_snapshot(stores)
        if snapshot is None:
            raise NotConfigured("还没有发布派单目录，请先运行 hotline init")
        return snapshot, Calendar(await stores.calendar.all())


@define
class RehearsalTickets:
    """`agi_scripts.visit.Tickets` in memory."""

    clock: Clock
    _opened: dict[TicketNumber, Ticket] = field(factory=dict)

    async def open(self, new: NewTicket) -> Ticket:
        digits = f"{len(self._opened):07}"
        number, now = TicketNumber(digits + check_digit(digits)), self.clock.now()
        ticket = new.numbered(number, opened=now, due=now + PROMISED)
        return self._opened.setdefault(ticket.number, ticket)

    async def find(self, number: TicketNumber) -> Ticket:
        if number not in self._opened:
            raise NoSuchTicket(number)
        return self._opened[number]

    async def of_caller(self, phone: PhoneNumber) -> tuple[Ticket, ...]:
        return tuple(each for each in self._opened.values() if each.caller == phone)
