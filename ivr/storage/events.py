"""The outbox: what happened, in the order in which it was committed.

Every store writes its event in the transaction of the change. Sequence numbers come from a
counter row that stays locked until commit, so a reader that asks for what came after a number
never misses one that was still being written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias

from attrs import frozen
from sqlalchemy import Connection, RowMapping, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.storage import tables
from ivr.storage.database import Database

Json: TypeAlias = str | int | float | bool | list["Json"] | dict[str, "Json"] | None

PAGE: Final = 200  # events; a reader asks again


@frozen
class News:
    """An event that is about to be written."""

    at: datetime
    kind: str  # "ticket.opened"
    subject: str  # what it is about: a ticket number, a call id
    body: Mapping[str, Json] = {}


@frozen
class Event:
    """An event of the outbox; `seq` grows by one from 1, without gaps."""

    seq: int
    at: datetime
    kind: str
    subject: str
    body: Mapping[str, Json]


async def note(connection: AsyncConnection, news: News) -> None:
    """Write the event in the transaction of `connection`; the last thing a change does.

    Last, because from here to its commit every other writer of events waits.
    """
    await connection.run_sync(note_now, news)


def note_now(connection: Connection, news: News) -> None:
    """What `note` does, for changes that are committed together."""
    counter = tables.counter
    count = (
        update(counter)
        .where(counter.c.name == "event")
        .values(value=counter.c.value + 1)
        .returning(counter.c.value)
    )
    seq = connection.execute(count).scalar_one()
    row = {
        "seq": seq,
        "at": news.at,
        "kind": news.kind,
        "subject": news.subject,
        "body": json.dumps(dict(news.body)),
    }
    connection.execute(tables.event.insert().values(row))


class SqlEvents:
    """Reads the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def after(self, seq: int, limit: int = PAGE) -> tuple[Event, ...]:
        """The events behind `seq`, oldest first, at most `limit`. Raises `StoreAway`."""
        query = (
            select(tables.event)
            .where(tables.event.c.seq > seq)
            .order_by(tables.event.c.seq)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return tuple(_event(row) for row in (await connection.execute(query)).mappings())

    async def last(self) -> int:
        """The number of the newest event, 0 when there is none. Raises `StoreAway`."""
        query = select(func.coalesce(func.max(tables.event.c.seq), 0))
        async with self._database.reading() as connection:
            return int((await connection.execute(query)).scalar_one())


def _event(row: RowMapping) -> Event:
    return Event(**{**row, "body": json.loads(row["body"])})
