"""What the machine heard in recorded messages, in the database."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import RowMapping, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.kernel.clock import Clock
from ivr.kernel.ids import TicketNumber
from ivr.storage import tables
from ivr.storage.database import Database
from ivr.storage.events import News, note
from ivr.storage.tickets import ticket_of
from ivr.tickets.dictation import TRIES, Dictated
from ivr.tickets.model import Ticket

LEASE: Final = timedelta(minutes=15)  # the longest message takes two minutes on a busy machine
TAKEN, HEARD, GIVEN_UP = "taken", "heard", "given-up"

_DONE: Final = tables.ticket_dictation
_TICKET: Final = tables.ticket


class SqlDictations:
    """`ivr.tickets.dictation.Dictations`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def take(self) -> Ticket | None:
        now = self._clock.now()
        free = or_(
            _DONE.c.ticket.is_(None),
            (_DONE.c.state == TAKEN) & (_DONE.c.tries < TRIES) & (_DONE.c.taken < now - LEASE),
        )
        query = (
            select(*_TICKET.columns, _DONE.c.tries)
            .select_from(_TICKET.outerjoin(_DONE, _DONE.c.ticket == _TICKET.c.number))
            .where(_TICKET.c.recording != "", free)
            .order_by(_TICKET.c.opened, _TICKET.c.number)
            .limit(1)
        )
        try:
            async with self._database.writing() as connection:
                row = (await connection.execute(query)).mappings().one_or_none()
                if row is None or not await self._claim(connection, row):
                    return None
        except IntegrityError:
            return None  # another node was faster
        return ticket_of({column.name: row[column.name] for column in _TICKET.columns})

    async def keep(self, number: TicketNumber, heard: Dictated) -> bool:
        values = {
            "state": HEARD,
            "text": heard.text,
            "confidence": heard.confidence,
            "line": heard.line,
            "because": json.dumps(heard.because, ensure_ascii=False),
            "heard": self._clock.now(),
        }
        async with self._database.writing() as connection:
            if not await _move(connection, number, values):
                return False
            body = {"line": heard.line, "confidence": heard.confidence}
            await note(connection, News(self._clock.now(), "ticket.heard", number, body))
        return True

    async def give_up(self, number: TicketNumber, why: str) -> None:
        values = {"state": GIVEN_UP, "because": json.dumps([why], ensure_ascii=False)}
        async with self._database.writing() as connection:
            await _move(connection, number, values)

    async def of(self, number: TicketNumber) -> Dictated | None:
        query = select(_DONE).where(_DONE.c.ticket == number, _DONE.c.state == HEARD)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        if row is None:
            return None
        because = tuple(json.loads(row["because"] or "[]"))
        return Dictated(row["text"], row["confidence"], row["line"], because)

    async def _claim(self, connection: AsyncConnection, row: RowMapping) -> bool:
        """Whether it is ours: nobody has taken it since it was looked at."""
        now, tries = self._clock.now(), row["tries"]
        if tries is None:
            first = {"ticket": row["number"], "tries": 1, "taken": now, "state": TAKEN}
            await connection.execute(_DONE.insert().values(first))
            return True
        again = (
            update(_DONE)
            .where(_DONE.c.ticket == row["number"], _DONE.c.state == TAKEN, _DONE.c.tries == tries)
            .values(tries=tries + 1, taken=now)
        )
        return (await connection.execute(again)).rowcount == 1


async def _move(connection: AsyncConnection, number: TicketNumber, values: dict[str, Any]) -> bool:
    """Only from being taken, so that what is heard twice is kept once."""
    change = update(_DONE).where(_DONE.c.ticket == number, _DONE.c.state == TAKEN).values(values)
    return (await connection.execute(change)).rowcount == 1
