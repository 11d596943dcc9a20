"""Call records and owed callbacks in the database."""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select, update
from sqlalchemy.exc import IntegrityError

from ivr.calls.record import Callback, CallbackReason, CallRecord, Outcome, Step, Told
from ivr.kernel.clock import Clock
from ivr.kernel.errors import HotlineError
from ivr.kernel.ids import CallId
from ivr.storage import tables
from ivr.storage.database import Database
from ivr.storage.events import News, note, note_now
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
            await self._database.change(
                lambda connection: self._close(connection, record, callback)
            )
        except IntegrityError:
            return  # another delivery of the same call was faster

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

    def _close(self, connection: Connection, record: CallRecord, callback: Callback | None) -> None:
        if _has(connection, record.call):
            return
        connection.execute(tables.call_record.insert().values(_record_row(record)))
        if callback is not None:
            self._owe(connection, callback)
        note_now(connection, self._closed(record))

    def _owe(self, connection: Connection, callback: Callback) -> None:
        connection.execute(tables.callback.insert().values(columns(callback)))
        body = {"reason": callback.reason.value, "due": callback.due.isoformat()}
        note_now(connection, News(self._clock.now(), "callback.owed", callback.call, body))

    def _closed(self, record: CallRecord) -> News:
        body = {"outcome": record.outcome.value, "line": record.line, "ticket": record.ticket}
        return News(self._clock.now(), "call.closed", record.call, body)


def _has(connection: Connection, call: CallId) -> bool:
    query = select(tables.call_record.c.call).where(tables.call_record.c.call == call)
    return connection.execute(query).scalar_one_or_none() is not None


def _record_row(record: CallRecord) -> dict[str, Any]:
    lists = {"steps": record.steps, "told": record.told}
    return columns(record) | {name: json.dumps(pack(each)) for name, each in lists.items()}


def _record(row: RowMapping) -> CallRecord:
    steps = unpack(json.loads(row["steps"]), tuple[Step, ...])
    told = unpack(json.loads(row["told"] or "[]"), tuple[Told, ...])
    return CallRecord(**{**row, "outcome": Outcome(row["outcome"]), "steps": steps, "told": told})


def _callback(row: RowMapping) -> Callback:
    return Callback(**{**row, "reason": CallbackReason(row["reason"])})
