"""The database fails in one way, in bounded time, and never stops the loop."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, text

from ivr.kernel.clock import CHINA
from ivr.kernel.errors import StoreAway
from ivr.kernel.ids import CallId, PhoneNumber, TicketNumber
from ivr.kernel.units import seconds
from ivr.storage import tables
from ivr.storage.accounts import AccountName, SqlAccounts
from ivr.storage.calendar import SqlCalendar
from ivr.storage.calls import SqlCalls
from ivr.storage.database import Database
from ivr.storage.events import News, SqlEvents, note
from ivr.storage.numbers import SqlNumberBlocks
from ivr.storage.table_store import SqlTables
from ivr.storage.tickets import SqlTickets
from routing.ids import TableVersion


@contextlib.asynccontextmanager
async def opened(url, limit=60.0):
    database = Database(url, limit=seconds(limit))
    try:
        yield database
    finally:
        await asyncio.wait_for(database.close(), 60)


@pytest.fixture
async def database(url):
    async with opened(url) as database:
        yield database


@pytest.fixture
def locked(file):
    """Another process in the middle of its write."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


async def write(database):
    async with database.writing() as connection:
        await connection.execute(text("UPDATE counter SET value = value + 1"))


async def events_of(database):
    return await SqlEvents(database).last()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("cache_size", -512)],
)
async def test_every_connection_has_our_pragmas(database, pragma, value):
    async with database.reading() as first, database.reading() as second:
        for connection in (first, second):
            assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar() == value


async def test_a_lock_held_elsewhere_ends_in_store_away_and_passes(url, locked):
    async with opened(url, limit=0.2) as database:
        with pytest.raises(StoreAway):
            await write(database)
    locked.execute("COMMIT")
    async with opened(url) as database:
        await write(database)


async def test_readers_are_not_held_up_by_a_writer(database, locked):
    locked.execute("UPDATE counter SET value = 7")
    await database.check()
    assert await events_of(database) == 0


async def test_the_loop_goes_on_while_the_database_waits(url, locked):
    async with opened(url, limit=0.5) as database:
        writing = asyncio.create_task(write(database))
        beats = 0
        while not writing.done():
            beats += 1
            await asyncio.sleep(0.005)
        assert beats > 3
        with pytest.raises(StoreAway):
            await writing


async def test_a_writer_that_holds_on_too_long_is_cut_and_the_next_one_is_served(url):
    async with opened(url) as database:
        database._limit = seconds(0.2)

        async def hold():
            async with database.writing() as connection:
                await note(connection, News(datetime.now(UTC), "test", "held"))
                await asyncio.sleep(60)

        with pytest.raises(StoreAway):
            await hold()
        database._limit = seconds(60)
        assert await events_of(database) == 0
        await write(database)


async def test_many_writers_at_once_all_get_their_turn(database):
    await asyncio.gather(*(write(database) for _ in range(50)))
    async with database.reading() as connection:
        values = (await connection.execute(select(tables.counter.c.value))).scalars().all()
    assert list(values) == [50, 50]


async def test_a_cancelled_change_leaves_nothing_and_holds_nothing(database):
    inside = asyncio.Event()

    async def change():
        async with database.writing() as connection:
            await note(connection, News(datetime.now(UTC), "test", "x"))
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(change())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await write(database)
    assert await events_of(database) == 0


async def test_a_full_disk_is_store_away_and_the_change_is_gone(url):
    async with opened(url) as database:

        async def fill():
            async with database.writing() as connection:
                await connection.execute(text("PRAGMA max_page_count = 1"))
                await note(connection, News(datetime.now(UTC), "test", "x" * 1_000_000))

        with pytest.raises(StoreAway, match="full"):
            await fill()
        assert await events_of(database) == 0


async def test_a_damaged_file_is_store_away(tmp_path):
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database" * 1_000)
    async with opened(f"sqlite+aiosqlite:///{broken}") as database:
        with pytest.raises(StoreAway):
            await database.check()


async def test_the_message_tells_no_telephone_number(url):
    async with opened(url) as database:
        with pytest.raises(StoreAway) as away:
            async with database.reading() as connection:
                await connection.execute(text("SELECT :caller FROM nowhere"), {"caller": "138123"})
        assert "138123" not in str(away.value)
        assert away.value.__cause__ is not None


CALLS = {
    "check": lambda db, _: db.check(),
    "ticket": lambda db, clock: SqlTickets(db, clock).find(TicketNumber("1")),
    "tickets": lambda db, clock: SqlTickets(db, clock).of_caller(PhoneNumber("1"), 3),
    "call": lambda db, clock: SqlCalls(db, clock).find(CallId("1")),
    "callbacks": lambda db, clock: SqlCalls(db, clock).callbacks_open(),
    "called": lambda db, clock: SqlCalls(db, clock).callback_done(CallId("1"), by="1001"),
    "lease": lambda db, clock: SqlNumberBlocks(db, clock).lease("n1", 10),
    "events": lambda db, _: SqlEvents(db).after(0),
    "save": lambda db, clock: SqlTables(db, clock).save(TableVersion(1), b"", sha256=""),
    "active": lambda db, clock: SqlTables(db, clock).active(),
    "days": lambda db, clock: SqlCalendar(db, clock).all(),
    "year": lambda db, clock: SqlCalendar(db, clock).replace_year(2026, []),
    "account": lambda db, clock: SqlAccounts(db, clock).verify(AccountName("a"), password="b"),
    "first": lambda db, clock: SqlAccounts(db, clock).create_first(AccountName("a"), password="b"),
}


@pytest.mark.parametrize("place", ["no folder", "no tables", "refused"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
async def test_every_store_says_store_away_and_nothing_else(tmp_path, clock, call, place):
    urls = {
        "no folder": f"sqlite+aiosqlite:///{tmp_path}/none/hotline.db",
        "no tables": f"sqlite+aiosqlite:///{tmp_path}/empty.db",
        "refused": "postgresql+asyncpg://hotline@127.0.0.1:1/hotline",
    }
    async with opened(urls[place], limit=2) as database:
        with pytest.raises(StoreAway) as away:
            await call(database, clock)
        assert away.value.__cause__ is not None


async def test_moments_keep_their_instant_and_come_back_in_chinas_time(database):
    moment = datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    row = {"first": 1, "size": 1, "node": "n1", "leased": moment}
    async with database.writing() as connection:
        await connection.execute(insert(tables.number_block).values(row))
    async with database.reading() as connection:
        kept = (await connection.execute(select(tables.number_block.c.leased))).scalar_one()
    assert kept == moment
    assert kept.utcoffset() == timedelta(hours=8)
    assert kept.tzinfo is CHINA


async def test_a_moment_without_a_zone_is_refused(database):
    naive = datetime.fromisoformat("2026-01-01T00:00:00")
    row = {"first": 1, "size": 1, "node": "n1", "leased": naive}

    async def lease():
        async with database.writing() as connection:
            await connection.execute(insert(tables.number_block).values(row))

    with pytest.raises(StoreAway, match="without a time zone"):
        await lease()
