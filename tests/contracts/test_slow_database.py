"""A database that is locked, slow or hanging: callers do not wait for it, and nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url

from ivr.calls.record import CallRecord, Outcome
from ivr.kernel.clock import CHINA
from ivr.kernel.errors import StoreAway
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.units import seconds
from ivr.storage.call_path import PromptTickets, WatchedBlocks, WatchedLedger
from ivr.storage.calls import SqlCalls
from ivr.storage.database import Database
from ivr.storage.delivery import Delivery
from ivr.storage.events import SqlEvents
from ivr.storage.numbers import SqlNumberBlocks
from ivr.storage.spool import SpoolFolder
from ivr.storage.spooling import ServiceSpool, SpoolingLedger
from ivr.storage.store_watch import StoreWatch
from ivr.storage.tickets import SqlTickets
from ivr.tickets.deadline import Deadlines
from ivr.tickets.desk import TicketDesk
from ivr.tickets.model import NewTicket
from ivr.tickets.number import Numbering, NumberSource
from routing.ids import TableVersion

EARLIER = datetime(2026, 11, 22, 22, 15, tzinfo=CHINA)
CALLER = PhoneNumber("13812345678")
SLOW = 1.0  # seconds for each statement; a test would be as right with three, and longer
BOUND = 20.0  # seconds: far above a busy machine's pauses, far below the database's own limit
LIMIT = seconds(60)


class Lock:
    """Another process in the middle of its write; it does not end by itself."""

    def __init__(self, url):
        target = make_url(url)
        if target.get_backend_name() == "sqlite":
            self._other = sqlite3.connect(target.database, isolation_level=None)
            self._words = "BEGIN IMMEDIATE", "ROLLBACK"
        else:
            engine = create_engine(target.set(drivername="postgresql+psycopg"))
            self._other = engine.raw_connection()
            self._words = "UPDATE counter SET value = value", "ROLLBACK"

    def begin(self, _database):
        self._other.cursor().execute(self._words[0])

    def end(self):
        with contextlib.suppress(sqlite3.OperationalError):  # it has ended before
            self._other.cursor().execute(self._words[1])

    def close(self):
        self._other.close()


class SlowSqlite:
    """Each statement takes its time, on the thread where it runs."""

    def __init__(self):
        self._slow = False

    def begin(self, database):
        self._slow = True
        for engine in (database._thread._engine, database._engine.sync_engine):
            event.listen(engine, "before_cursor_execute", self._wait)

    def end(self):
        self._slow = False

    def _wait(self, *_):
        if self._slow:
            time.sleep(SLOW)


class Wire:
    """The wire to PostgreSQL, on which each answer may take so long."""

    def __init__(self, target, late):
        self._target, self._late = target, late
        self._well = asyncio.Event()
        self._well.set()

    @contextlib.asynccontextmanager
    async def laid(self):
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self._tasks = set()
        try:
            yield self._target.set(port=server.sockets[0].getsockname()[1])
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def begin(self, _database):
        self._well.clear()

    def end(self):
        self._well.set()

    async def _connect(self, reader, writer):
        there = await asyncio.open_connection(self._target.host, self._target.port)
        for source, sink, late in ((reader, there[1], False), (there[0], writer, True)):
            self._tasks.add(asyncio.ensure_future(self._carry(source, sink, late)))

    async def _carry(self, source, sink, late):
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._well.wait(), self._late if late else 0.0)
                sink.write(data)
        sink.close()


@pytest.fixture(params=["locked", "slow", "hanging"])
async def place(request, url):
    """Where the database is, and what can be done to it."""
    target, kind = make_url(url), request.param
    on_sqlite = target.get_backend_name() == "sqlite"
    if kind == "locked":
        with contextlib.closing(Lock(url)) as lock:
            yield url, lock
    elif on_sqlite and kind == "slow":
        yield url, SlowSqlite()
    elif on_sqlite:
        pytest.skip("a file does not hang; a lock is the nearest thing")
    else:
        wire = Wire(target, SLOW if kind == "slow" else 60.0)
        async with wire.laid() as through:
            yield through.render_as_string(hide_password=False), wire


class Site:
    """The storage of a node as calls meet it. `begin` brings the trouble, `end` takes it away."""

    def __init__(self, database, trouble, clock, home):
        self._database, self._trouble = database, trouble
        self.told = []
        self.watch = StoreWatch(database.probe, self.told.append)
        self.tickets, self.calls = SqlTickets(database, clock), SqlCalls(database, clock)
        self.events = SqlEvents(database)
        self.spool = ServiceSpool(SpoolFolder(home / "spool"))
        blocks = WatchedBlocks(SqlNumberBlocks(database, clock), self.watch)
        self.numbers = NumberSource(blocks, Numbering(b"sixteen bytes at least"), node="n1")
        self.desk = TicketDesk(
            PromptTickets(self.tickets, self.watch),
            self.numbers,
            Deadlines(Weekdays()),
            self.spool,
            clock,
        )
        self.ledger = SpoolingLedger(WatchedLedger(self.calls, self.watch), self.spool)
        self.delivery = Delivery(
            self.spool.folder, self.tickets, self.desk, self.calls, home / "recordings"
        )

    def begin(self):
        self._trouble.begin(self._database)

    def end(self):
        self._trouble.end()

    async def until_it_answers(self):
        async with asyncio.timeout(90):
            await self.watch.look()
            while self.watch.away:
                await asyncio.sleep(0.05)
                await self.watch.look()


class Weekdays:
    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5


@pytest.fixture
async def site(place, clock, tmp_path):
    url, trouble = place
    database = Database(url, limit=LIMIT)
    site = Site(database, trouble, clock, tmp_path)
    await site.numbers.prepare()
    yield site
    site.end()
    await site.numbers.close()
    await asyncio.wait_for(database.close(), 90)


def request_of(key, caller=CALLER):
    return NewTicket(
        key=key,
        call=CallId(key),
        caller=caller,
        line=None,
        unit=None,
        recording="",
        duration=12.5,
        happened=EARLIER,
        table=TableVersion(3),
    )


RECORD = CallRecord(
    call=CallId("c0"),
    caller=CALLER,
    dialled="114",
    began=EARLIER,
    ended=EARLIER + timedelta(minutes=2),
    outcome=Outcome.TICKET,
    steps=(),
    table=TableVersion(3),
    node="n1",
)


async def test_every_caller_hears_a_number_soon_and_each_ticket_arrives_once_in_order(site):
    site.begin()
    async with asyncio.timeout(BOUND):
        told = [await site.desk.open(request_of("c0"))]
    await site.watch.look()
    assert site.watch.away
    async with asyncio.timeout(BOUND):
        told += [await site.desk.open(request_of(f"c{count}")) for count in (1, 2)]
        await site.ledger.close(RECORD, None)
    assert await site.spool.depth() == 4
    site.end()
    await site.until_it_answers()
    assert (await site.delivery.deliver()).left == 0
    assert [await site.tickets.find(each.number) for each in told] == told
    assert await site.calls.find(RECORD.call) == RECORD
    events = [(event.kind, event.subject) for event in await site.events.after(0)]
    opened = [("ticket.opened", each.number) for each in told]
    assert [each for each in events if each[0] != "numbers.leased"] == [
        *opened,
        ("call.closed", "c0"),
    ]
    assert site.told == [True, False]


async def test_who_asks_meanwhile_is_answered_soon_from_what_waits_or_told_that_nobody_knows(site):
    before = await site.desk.open(request_of("before", PhoneNumber("13900000000")))
    await site.delivery.deliver()  # where the disk was slower than a caller waits
    site.begin()
    async with asyncio.timeout(BOUND):
        waiting = await site.desk.open(request_of("c0"))
    async with asyncio.timeout(BOUND):
        assert await site.desk.find(waiting.number) == waiting
        assert await site.desk.of_caller(CALLER) == (waiting,)
    await site.watch.look()
    if site.watch.away:  # readers of SQLite do not mind a writer's lock until then
        async with asyncio.timeout(BOUND):
            with pytest.raises(StoreAway):
                await site.desk.find(before.number)
            with pytest.raises(StoreAway):
                await site.desk.of_caller(PhoneNumber("13900000000"))


async def test_without_a_number_at_hand_the_caller_waits_no_longer(site):
    site.numbers._serials.clear()
    site.begin()
    async with asyncio.timeout(BOUND):
        with pytest.raises(StoreAway):
            await site.numbers.next()


async def test_a_ticket_the_database_kept_after_all_is_not_doubled(site):
    """What is given up after a moment may be committed later, beside the spooled one."""
    site.begin()
    told = await site.desk.open(request_of("c0"))
    site.end()
    await site.until_it_answers()
    assert await site.tickets.add(told) == told
    await site.delivery.deliver()
    opened = [each for each in await site.events.after(0) if each.kind == "ticket.opened"]
    assert [each.subject for each in opened] == [told.number]
    assert await site.desk.find(told.number) == told
