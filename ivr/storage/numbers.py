"""Blocks of ticket serials, leased from one counter that all nodes share."""

from __future__ import annotations

from sqlalchemy import update

from ivr.kernel.clock import Clock
from ivr.storage import tables
from ivr.storage.database import Database
from ivr.storage.events import News, note
from ivr.tickets.number import SERIALS, NumbersExhausted


class SqlNumberBlocks:
    """`ivr.tickets.number.NumberBlocks` on the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def lease(self, node: str, size: int) -> range:
        """The next `size` serials. Raises `StoreAway`, `NumbersExhausted` for ever."""
        counter, now = tables.counter, self._clock.now()
        advance = (
            update(counter)
            .where(counter.c.name == "serial", counter.c.value + size <= SERIALS)
            .values(value=counter.c.value + size)
            .returning(counter.c.value)
        )
        async with self._database.writing() as connection:
            end = (await connection.execute(advance)).scalar_one_or_none()
            if end is None:
                raise NumbersExhausted(f"no {size} serials are left of {SERIALS}")
            row = {"first": end - size, "size": size, "node": node, "leased": now}
            await connection.execute(tables.number_block.insert().values(row))
            body = {"first": end - size, "size": size}
            await note(connection, News(now, "numbers.leased", node, body))
        return range(end - size, end)
