"""Tickets in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from ivr.kernel.clock import Clock
from ivr.kernel.ids import PhoneNumber, TicketNumber
from ivr.storage import tables
from ivr.storage.database import Database
from ivr.storage.events import News, note, note_now
from ivr.storage.rows import columns
from ivr.tickets.model import Channel, NumberTaken, Ticket, TicketState


class SqlTickets:
    """`ivr.tickets.desk.TicketStore` on the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, ticket: Ticket) -> Ticket:
        """Keep it, once for a key: a key that is known returns the ticket kept first.

        Raises `NumberTaken` when another ticket has the number, and `StoreAway`.
        """
        try:
            return await self._database.change(lambda connection: self._add(connection, ticket))
        except IntegrityError as why:
            return await self._added_by_another(ticket, why)

    async def add_told(self, ticket: Ticket) -> Ticket:
        """`add` a ticket whose number its caller knows already.

        Should the key have a ticket with another number, then both numbers find that ticket.
        """
        first = await self.add(ticket)
        if first.number != ticket.number:
            await self._also_known_as(first, ticket.number)
        return first

    async def find(self, number: TicketNumber) -> Ticket | None:
        alias = select(tables.ticket_alias.c.ticket).where(tables.ticket_alias.c.number == number)
        query = select(tables.ticket).where(
            (tables.ticket.c.number == number) | (tables.ticket.c.number == alias.scalar_subquery())
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else ticket_of(dict(row))

    async def of_caller(self, caller: PhoneNumber, limit: int) -> tuple[Ticket, ...]:
        query = (
            select(tables.ticket)
            .where(tables.ticket.c.caller == caller)
            .order_by(tables.ticket.c.opened.desc(), tables.ticket.c.number)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return tuple(
                ticket_of(dict(row)) for row in (await connection.execute(query)).mappings()
            )

    async def recent(self, limit: int, units: Collection[str] | None = None) -> tuple[Ticket, ...]:
        """The tickets opened last, newest first; of these units alone where they are given."""
        query = (
            select(tables.ticket)
            .order_by(tables.ticket.c.opened.desc(), tables.ticket.c.number)
            .limit(limit)
        )
        if units is not None:
            query = query.where(tables.ticket.c.unit.in_(units))
        async with self._database.reading() as connection:
            return tuple(
                ticket_of(dict(row)) for row in (await connection.execute(query)).mappings()
            )

    def _add(self, connection: Connection, ticket: Ticket) -> Ticket:
        known = _by_key(connection, ticket.key)
        if known is not None:
            return known
        connection.execute(tables.ticket.insert().values(columns(ticket)))
        note_now(connection, self._opened(ticket))
        return ticket

    def _opened(self, ticket: Ticket) -> News:
        body = {
            "line": ticket.line,
            "unit": ticket.unit,
            "channel": ticket.channel.value,
            "due": ticket.due.isoformat(),
        }
        return News(self._clock.now(), "ticket.opened", ticket.number, body)

    async def _added_by_another(self, ticket: Ticket, why: IntegrityError) -> Ticket:
        async with self._database.reading() as connection:
            known = await connection.run_sync(_by_key, ticket.key)
        if known is None:
            raise NumberTaken(ticket.number) from why
        return known

    async def _also_known_as(self, ticket: Ticket, number: TicketNumber) -> None:
        alias = tables.ticket_alias
        try:
            async with self._database.writing() as connection:
                known = select(alias.c.ticket).where(alias.c.number == number)
                if (await connection.execute(known)).scalar_one_or_none() is not None:
                    return
                row = {"number": number, "ticket": ticket.number}
                await connection.execute(alias.insert().values(row))
                body = {"also": number}
                await note(
                    connection, News(self._clock.now(), "ticket.aliased", ticket.number, body)
                )
        except IntegrityError:
            return  # another delivery of the same ticket was faster


def _by_key(connection: Connection, key: str) -> Ticket | None:
    query = select(tables.ticket).where(tables.ticket.c.key == key)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else ticket_of(dict(row))


def ticket_of(row: Mapping[str, Any]) -> Ticket:
    """The value of a row of its columns."""
    state, channel = TicketState(row["state"]), Channel(row["channel"])
    return Ticket(**{**row, "state": state, "channel": channel})
