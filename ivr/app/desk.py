"""The ticket desk as flows reach it: in a task of its own, since a flow has none."""

from __future__ import annotations

import asyncio
from pathlib import Path

from attrs import frozen

from ivr.app.stores import Stores
from ivr.app.tables import LiveCalendar, TableBook
from ivr.kernel.clock import Clock
from ivr.kernel.files import flush_file
from ivr.kernel.ids import CallId, PhoneNumber, TicketNumber
from ivr.kernel.log import logger
from ivr.kernel.metrics import Meter
from ivr.storage.call_path import PromptTickets
from ivr.storage.spooling import ServiceSpool
from ivr.storage.wills import WillFolder
from ivr.telephony.stepping import in_task
from ivr.tickets.deadline import Deadlines, Nature
from ivr.tickets.desk import TicketDesk
from ivr.tickets.model import NewTicket, Ticket
from ivr.tickets.nature import nature_by_title
from ivr.tickets.will import Will
from routing.ids import LineCode


def ticket_desk(stores: Stores, book: TableBook, spool: ServiceSpool, clock: Clock) -> TicketDesk:
    """The desk by the table and the calendar in force, whichever they are by then."""

    def nature_of(line: LineCode | None) -> Nature:
        return nature_by_title(book.snapshot().table.directory)(line)

    deadlines = Deadlines(LiveCalendar(book), nature_of=nature_of)
    tickets = PromptTickets(stores.tickets, stores.watch)
    return TicketDesk(tickets, stores.numbers, deadlines, spool, clock)


@frozen
class DeskInTask:
    """`agi_scripts.visit.Tickets` for flows that the protocol steps."""

    desk: TicketDesk
    meter: Meter

    async def reserve(self) -> TicketNumber | None:
        return await in_task(self.desk.reserve())

    async def open(self, new: NewTicket) -> Ticket:
        """Before anybody hears the number, what they said survives a power cut as it does."""
        return await in_task(self._open(new))

    async def find(self, number: TicketNumber) -> Ticket:
        return await in_task(self.desk.find(number))

    async def of_caller(self, phone: PhoneNumber) -> tuple[Ticket, ...]:
        return await in_task(self.desk.of_caller(phone))

    async def _open(self, new: NewTicket) -> Ticket:
        ticket, flushed = await asyncio.gather(
            self.desk.open(new), asyncio.to_thread(_flush, new.recording)
        )
        if not flushed:
            self.meter.fault("recording")
        return ticket


@frozen
class WillsInThread:
    """`ivr.tickets.will.Wills` for flows on the loop, which waits for no disk."""

    folder: WillFolder
    meter: Meter

    async def leave(self, will: Will) -> None:
        if not await in_task(asyncio.to_thread(self.folder.keep, will)):
            self.meter.fault("will")

    async def settle(self, call: CallId) -> None:
        await in_task(asyncio.to_thread(self.folder.forget, call))


def _flush(recording: str) -> bool:
    """False, and a line in the log, when the disk refuses. A written message has no recording."""
    try:
        if recording:
            flush_file(Path(recording))
    except (OSError, ValueError) as why:  # ValueError: a path with NUL in it
        logger().error("alarm", part="recordings", why=str(why), recording=recording)
        return False
    return True
