"""Calls that went out or were refused: what the caps and the alarm count.

Implements `ivr.telephony.dialler.Book`. Every method raises `StoreAway`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen
from sqlalchemy import ColumnElement, Insert, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.kernel.clock import Clock
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.storage import tables
from ivr.storage.calls import NoSuchCallback
from ivr.storage.database import Database
from ivr.telephony.dialling_rules import AttemptKey, CapReached, Caps, Refusal, Usage

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
UNANSWERED: Final = timedelta(minutes=1)  # longer than an operator is rung: its process died

RINGING: Final = "ringing"
ANSWERED: Final = "answered"
NOBODY: Final = "nobody"
_WENT_OUT: Final = (RINGING, ANSWERED, NOBODY)

_T: Final = tables.outgoing_call


@frozen
class Tally:
    """What the metrics show: calls out, and refusals since the beginning by their reason."""

    hour: int
    day: int
    refused: Mapping[str, int]


class SqlDialling:
    """The book of calls that go out, on the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def owed(self, call: CallId) -> PhoneNumber:
        """The number to call back for this call. Raises `NoSuchCallback`."""
        table = tables.callback
        query = select(table.c.caller).where(table.c.call == call, table.c.done.is_(None))
        async with self._database.reading() as connection:
            found = (await connection.execute(query)).scalar_one_or_none()
        if found is None:
            raise NoSuchCallback(call)
        return PhoneNumber(found)

    async def owes(self, number: str) -> bool:
        table = tables.callback
        query = select(table.c.call).where(table.c.caller == number, table.c.done.is_(None))
        async with self._database.reading() as connection:
            return (await connection.execute(query.limit(1))).scalar_one_or_none() is not None

    async def begin(self, number: str, caps: Caps) -> AttemptKey:
        key, now = AttemptKey(uuid.uuid4().hex), self._clock.now()
        async with self._database.writing() as connection:
            await _one_after_the_other(connection)
            reached = caps.reached(await _usage(connection, now, number))
            if reached is not None:
                raise CapReached(reached)
            await connection.execute(_row(key, now, RINGING, number))
        return key

    async def end(self, attempt: AttemptKey, *, answered: bool) -> None:
        change = update(_T).where(_T.c.key == attempt)
        async with self._database.writing() as connection:
            await connection.execute(change.values(state=ANSWERED if answered else NOBODY))

    async def refused(self, refusal: Refusal) -> None:
        row = _row(uuid.uuid4().hex, self._clock.now(), refusal.value)
        async with self._database.writing() as connection:
            await connection.execute(row)

    async def tally(self) -> Tally:
        """What went out and what was refused, by every process of this site."""
        query = select(_T.c.state, func.count()).group_by(_T.c.state)
        async with self._database.reading() as connection:
            usage = await _usage(connection, self._clock.now())
            states = {state: int(count) for state, count in await connection.execute(query)}
        refused = {each.value: states.get(each.value, 0) for each in Refusal}
        return Tally(usage.hour, usage.day, refused)


async def _one_after_the_other(connection: AsyncConnection) -> None:
    """Two commands at once must not both take the last place: SQLite has one writer anyway."""
    counter = tables.counter
    row = select(counter.c.value).where(counter.c.name == "serial").with_for_update()
    await connection.execute(row)


async def _usage(connection: AsyncConnection, now: datetime, number: str = "") -> Usage:
    # A clock that was set back leaves calls in the future: they count.
    query = select(
        _count(_T.c.at > now - HOUR),
        _count(_T.c.at > now - DAY),
        _count((_T.c.number == number) & (_T.c.state != NOBODY)),
        _count((_T.c.at > now - UNANSWERED) & (_T.c.state == RINGING)),
    ).where(_T.c.at > now - DAY, _T.c.state.in_(_WENT_OUT))
    hour, day, same, ringing = (await connection.execute(query)).one()
    return Usage(hour=hour, day=day, number=same, now=ringing)


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(which)


def _row(key: str, at: datetime, state: str, number: str = "") -> Insert:
    return _T.insert().values(key=key, at=at, state=state, number=number)
