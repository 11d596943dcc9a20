"""Call records and owed callbacks in the database."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.calls.record import Callback, CallbackReason, CallRecord, Outcome, Step
from ivr.kernel.clock import Clock
from ivr.kernel.errors import HotlineError
from ivr.kernel.ids import CallId
from ivr.storage import tables
from ivr.storage.database import Database
from ivr.storage.events import News, note
from ivr.storage.packing import pack, unpack
from ivr.storage.rows import columns

PAGE: Final = 100  # callbacks on a list that a person works through

_CALLBACK: Final = [
    column for column in tables.callback.columns if column.name not in {"done", "done_by"}
]


class NoSuchCallback(HotlineError):
    """Nobody is owed a callback for this call, or it has been done."""

    id = "no-such-callback"

    def __init__(self, call: CallId) -> None:
        super().__init__(f"no callback is open for the call {call}")
        self.call = call


class SqlCalls:
    """`ivr.calls.record.CallLedger` on the database, and what people do with callbacks.

    Every method raises `StoreAway` when the database is out of reach.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def close(self, record: CallRecord, callback: Callback | None) -> None:
        """Write the record, its callback and their events in one transaction, once for a call."""
        try:
            async with self._database.writing() as connection:
                if await _has(connection, record.call):
                    return
                await connection.execute(tables.call_record.insert().values(_record_row(record)))
                if callback is not None:
                    await self._owe(connection, callback)
                await note(connection, self._closed(record))
        except IntegrityError:
            return  # another delivery of the same call was faster

    async def owe(self, callback: Callback) -> None:
        """A callback for a call that has no record here; once for a call."""
        try:
            async with self._database.writing() as connection:
                await self._owe(connection, callback)
        except IntegrityError:
            return  # another delivery of the same callback was faster

    async def find(self, call: CallId) -> CallRecord | None:
        query = select(tables.call_record).where(tables.call_record.c.call == call)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else _record(row)

    async def callbacks_open(self, limit: int = PAGE) -> tuple[Callback, ...]:
        """Who is still to be called back, the longest due first."""
        table = tables.callback
        query = (
            select(*_CALLBACK)
            .where(table.c.done.is_(None))
            .order_by(table.c.due, table.c.call)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return tuple(_callback(row) for row in (await connection.execute(query)).mappings())

    async def callbacks_due(self, at: datetime, limit: int = PAGE) -> tuple[Callback, ...]:
        """Who should have been called back by `at`, the longest due first."""
        return tuple(owed for owed in await self.callbacks_open(limit) if owed.due <= at)

    async def callback_done(self, call: CallId, *, by: str) -> None:
        """Somebody has called back. Raises `NoSuchCallback`."""
        table, now = tables.callback, self._clock.now()
        change = (
            update(table)
            .where(table.c.call == call, table.c.done.is_(None))
            .values(done=now, done_by=by)
        )
        async with self._database.writing() as connection:
            if (await connection.execute(change)).rowcount == 0:
                raise NoSuchCallback(call)
            await note(connection, News(now, "callback.done", call, {"by": by}))

    async def _owe(self, connection: AsyncConnection, callback: Callback) -> None:
        table = tables.callback
        known = select(table.c.call).where(table.c.call == callback.call)
        if (await connection.execute(known)).scalar_one_or_none() is not None:
            return
        await connection.execute(table.insert().values(columns(callback)))
        body = {"reason": callback.reason.value, "due": callback.due.isoformat()}
        await note(connection, News(self._clock.now(), "callback.owed", callback.call, body))

    def _closed(self, record: CallRecord) -> News:
        body = {"outcome": record.outcome.value, "line": record.line, "ticket": record.ticket}
        return News(self._clock.now(), "call.closed", record.call, body)


async def _has(connection: AsyncConnection, call: CallId) -> bool:
    query = select(tables.call_record.c.call).where(tables.call_record.c.call == call)
    return (await connection.execute(query)).scalar_one_or_none() is not None


def _record_row(record: CallRecord) -> dict[str, Any]:
    return {**columns(record), "steps": json.dumps(pack(record.steps))}


def _record(row: RowMapping) -> CallRecord:
    steps = unpack(json.loads(row["steps"]), tuple[Step, ...])
    return CallRecord(**{**row, "outcome": Outcome(row["outcome"]), "steps": steps})


def _callback(row: RowMapping) -> Callback:
    return Callback(**{**row, "reason": CallbackReason(row["reason"])})
