"""The ticket desk: what call flows, pages and commands ask about tickets.

The database may be away or slow while callers are on the line. Then a ticket goes, with its
number, to the durable spool, and its caller hears the same sentence as on any other day, as soon.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, Protocol, TypeVar

from ivr.kernel.clock import Clock
from ivr.kernel.errors import StoreAway
from ivr.kernel.ids import PhoneNumber, TicketNumber
from ivr.tickets.deadline import Deadlines
from ivr.tickets.model import (
    MessageKept,
    NewTicket,
    NoSuchTicket,
    NumberTaken,
    Ticket,
)
from ivr.tickets.number import NumberSource

K = TypeVar("K")

REMEMBERED: Final = 1_000  # tickets; a resumed call asks again within seconds
NUMBER_TRIES: Final = 3  # a number is only ever taken after a restored backup
SPOKEN_LIMIT: Final = 3  # tickets read to a caller; nobody listens to more


class TicketStore(Protocol):
    """Where tickets live.

    Every method raises `StoreAway` when that is out of reach, or takes longer than a caller on
    the line should wait: what it was doing may have been done all the same.
    """

    async def add(self, ticket: Ticket) -> Ticket:
        """Keep it, once for a key: a key that is known returns the ticket kept first.

        Raises `NumberTaken` when another ticket has the number.
        """

    async def find(self, number: TicketNumber) -> Ticket | None:
        """The ticket a caller was told this number for."""

    async def of_caller(self, caller: PhoneNumber, limit: int) -> tuple[Ticket, ...]:
        """At most `limit` tickets of this caller, newest first."""


class Spool(Protocol):
    """Where tickets wait while the store is away. Raises `StoreAway` when the disk refuses too."""

    async def keep_ticket(self, ticket: Ticket) -> Ticket:
        """Once it returns the ticket survives a power cut.

        A key that waits already returns the ticket kept first.
        """

    async def ticket(self, key: str) -> Ticket | None:
        """The ticket of this key that waits, kept by whichever process. Never raises."""

    async def keep_request(self, new: NewTicket) -> None:
        """The same for a request that has no number yet."""

    async def depth(self) -> int:
        """How many things wait, of whatever kind and by whomever kept."""


class TicketDesk:
    """Opens tickets and answers for them."""

    def __init__(
        self,
        store: TicketStore,
        numbers: NumberSource,
        deadlines: Deadlines,
        spool: Spool,
        clock: Clock,
    ) -> None:
        self._store = store
        self._numbers = numbers
        self._deadlines = deadlines
        self._spool = spool
        self._clock = clock
        self._recent: OrderedDict[str, Ticket] = OrderedDict()
        self._spooled: OrderedDict[TicketNumber, Ticket] = OrderedDict()

    async def reserve(self) -> TicketNumber | None:
        """A number for a ticket that is about to be opened, or None when none is at hand.

        One that is never used is lost, and that is all.
        """
        try:
            return await self._numbers.next()
        except StoreAway:
            return None

    async def open(self, new: NewTicket) -> Ticket:
        """Open a ticket, once for a key, whether the store is there or not.

        With a reserved number all who open it, at whatever node and in whatever trouble, give it
        that one; so a caller is told the same by each.

        Raises `MessageKept` when it is kept but no number can be given, and `StoreAway` when
        neither the store nor the disk would take it.
        """
        known = self._recent.get(new.key) or await self._spool.ticket(new.key)
        if known is not None:  # its number may have been told, by a process that has died since
            return known
        try:
            ticket = await self._ticket(new)
        except StoreAway as why:
            await self._spool.keep_request(new)
            raise MessageKept(new.key) from why
        try:
            kept = await self._add(ticket, new)
        except StoreAway:
            kept = await self._spool.keep_ticket(ticket)
            _remember(self._spooled, kept.number, kept)
        _remember(self._recent, new.key, kept)
        return kept

    async def register(self, new: NewTicket) -> Ticket:
        """`open` for what comes from the spool: raises `StoreAway` rather than spool it again."""
        return await self._add(await self._ticket(new), new)

    async def find(self, number: TicketNumber) -> Ticket:
        """Raises `NoSuchTicket`, or `StoreAway` when nobody can tell now."""
        spooled = self._spooled.get(number)
        try:
            ticket = await self._store.find(number) or spooled
        except StoreAway:
            if spooled is None:
                raise
            return spooled
        if ticket is None:
            await self._require_all_delivered()
            raise NoSuchTicket(number)
        return ticket

    async def of_caller(self, phone: PhoneNumber, limit: int = SPOKEN_LIMIT) -> tuple[Ticket, ...]:
        """This caller's tickets, newest first; none for a withheld number. Raises `StoreAway`."""
        if not phone:  # or all who withhold their number would hear each other's tickets
            return ()
        spooled = [each for each in reversed(self._spooled.values()) if each.caller == phone]
        try:
            stored = await self._store.of_caller(phone, limit)
        except StoreAway:
            if not spooled:
                raise
            stored = ()
        known = {each.number for each in stored}
        found = (*(each for each in spooled if each.number not in known), *stored)
        if not found:
            await self._require_all_delivered()
        return found[:limit]

    async def _add(self, ticket: Ticket, new: NewTicket) -> Ticket:
        for _ in range(NUMBER_TRIES - 1):
            try:
                return await self._store.add(ticket)
            except NumberTaken:
                ticket = self._numbered(new, await self._numbers.next())
        return await self._store.add(ticket)

    async def _require_all_delivered(self) -> None:
        """Nobody is told that there is no such ticket while it may be among those that wait."""
        waiting = await self._spool.depth()
        if waiting:
            raise StoreAway(f"{waiting} items wait for the database")

    async def _ticket(self, new: NewTicket) -> Ticket:
        return self._numbered(new, new.number or await self._numbers.next())

    def _numbered(self, new: NewTicket, number: TicketNumber) -> Ticket:
        due = self._deadlines.due_for(new.line, new.happened, danger=new.danger)
        return new.numbered(number, opened=self._clock.now(), due=due)


def _remember(memory: OrderedDict[K, Ticket], key: K, ticket: Ticket) -> None:
    memory[key] = ticket
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)
