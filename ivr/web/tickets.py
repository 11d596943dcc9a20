"""Tickets as an account may read them: role and scope decide, as they do on the table."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, Protocol

from attrs import frozen

from ivr.kernel.errors import HotlineError
from ivr.kernel.ids import TicketNumber
from ivr.kernel.people import Account
from ivr.people.errors import OutOfScope
from ivr.people.permissions import Permission, require
from ivr.people.scope import units_of
from ivr.tickets.dictation import Dictated
from ivr.tickets.model import NoSuchTicket, Ticket
from routing.table import Snapshot

LISTED: Final = 50


class NoRecording(HotlineError):
    """The message is not on this machine: another node recorded it, or it was written."""

    id = "no-recording"

    def __init__(self) -> None:
        super().__init__("这台机器上没有这段录音")


class Tickets(Protocol):
    """Where tickets are kept. Both raise `StoreAway`."""

    async def find(self, number: TicketNumber) -> Ticket | None: ...

    async def recent(
        self, limit: int, units: Collection[str] | None = None
    ) -> tuple[Ticket, ...]: ...


class Dictations(Protocol):
    """What a machine heard in recorded messages. Raises `StoreAway`."""

    async def of(self, number: TicketNumber) -> Dictated | None: ...


@frozen
class TicketRead:
    """A ticket, what a machine heard in its recording, and whether the recording can be heard."""

    ticket: Ticket
    heard: Dictated | None
    has_sound: bool


@frozen
class TicketReading:
    """Every method raises `NotAllowed`. `recordings` is the folder they are in on this machine."""

    tickets: Tickets
    dictations: Dictations
    in_force: Callable[[], Snapshot]
    recordings: Path

    async def recent(self, me: Account) -> tuple[Ticket, ...]:
        """Those that are theirs, the newest first."""
        require(me, Permission.SEE_TICKETS)
        return await self.tickets.recent(LISTED, self._units(me))

    async def one(self, me: Account, number: TicketNumber) -> TicketRead:
        """Raises `NoSuchTicket` and `OutOfScope`."""
        ticket = await self._find(me, number)
        heard = await self.dictations.of(ticket.number)
        return TicketRead(ticket, heard, self._sound(ticket) is not None)

    async def recording(self, me: Account, number: TicketNumber) -> Path:
        """Raises `NoSuchTicket`, `OutOfScope` and `NoRecording`."""
        found = self._sound(await self._find(me, number))
        if found is None:
            raise NoRecording
        return found

    async def _find(self, me: Account, number: TicketNumber) -> Ticket:
        require(me, Permission.SEE_TICKETS)
        ticket = await self.tickets.find(number)
        if ticket is None:
            raise NoSuchTicket(number)
        units = self._units(me)
        if units is not None and ticket.unit not in units:
            raise OutOfScope(f"工单{number}")
        return ticket

    def _units(self, me: Account) -> frozenset[str] | None:
        return units_of(me, self.in_force().table.directory)

    def _sound(self, ticket: Ticket) -> Path | None:
        """Inside the folder alone, whatever a row of the database says."""
        if not ticket.recording:
            return None
        path, folder = Path(ticket.recording).resolve(), self.recordings.resolve()
        return path if path.is_relative_to(folder) and path.is_file() else None
