"""The database: one engine, short transactions, bounded waits, one kind of failure.

The embedded default is SQLite; PostgreSQL is another URL. Nothing above this module knows
which of them it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from ivr.kernel.errors import StoreAway
from ivr.kernel.units import Seconds, seconds
from ivr.storage import tables
from ivr.storage.group_commit import Change, GroupCommit

T = TypeVar("T")

LIMIT: Final = seconds(5)  # for work that nobody waits for on the line: see `store_watch`
POOL: Final = 5  # connections; the call path holds one for milliseconds
WRITES: Final = {"writes": True}  # marks a connection whose transaction will write

PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",  # readers never wait for the writer
    # Not NORMAL: in WAL mode that may lose the last commits in a power cut, and a citizen holds
    # the number of a ticket that was in them.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # KiB of pages that a connection keeps; there are up to sixteen, and the system caches as well.
    # With the 2,000 of SQLite each new one in a crowd of callers cost 2 to 4 MiB for good.
    "PRAGMA cache_size=-512",
)
GOODBYE: Final = 5.0  # seconds


def _failures() -> tuple[type[Exception], ...]:
    """What may come out of the engine; asyncpg's own errors pass SQLAlchemy while connecting."""
    common = (SQLAlchemyError, sqlite3.Error, OSError)
    try:
        asyncpg = importlib.import_module("asyncpg")
    except ImportError:  # the embedded set-up runs without it
        return common
    return (*common, asyncpg.PostgresError, asyncpg.InterfaceError)


_FAILURES: Final = _failures()


class Database:
    """Transactions for the stores. Made once, inside the running loop; `close` it."""

    def __init__(self, url: str, *, limit: Seconds = LIMIT) -> None:
        self._limit = limit
        self._engine = _engine(url, limit)
        # SQLite has one writer; waiting here is a queue, waiting in SQLite is a busy loop.
        one_writer = self._engine.dialect.name == "sqlite"
        self._writers = asyncio.Semaphore(1 if one_writer else POOL)
        self._thread = _SqliteThread(url, limit) if one_writer else None
        self._group = GroupCommit(self._transaction)

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one state of the database. Raises `StoreAway`."""
        with _as_away():
            async with asyncio.timeout(self._limit), self._engine.connect() as connection:
                yield connection

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed at the end of the block, or not at all.

        Raises `StoreAway`; `IntegrityError` is left to the store, which knows what it means.
        """
        with _as_away():
            async with (
                asyncio.timeout(self._limit),
                self._writers,
                self._begin() as connection,
            ):
                yield connection

    async def change(self, change: Change[T]) -> T:
        """Make a small change, committed together with others of the same moment.

        Returns what `change` returned, after its commit. What it raises is raised here: it
        undoes this change and no other. `change` runs on another thread, and a second time when
        another one failed: it works on its connection and nothing else. Raises `StoreAway`.
        """
        with _as_away():
            async with asyncio.timeout(self._limit):
                return await self._group.add(change)

    async def _transaction(self, change: Change[Any]) -> Any:
        async with asyncio.timeout(self._limit), self._writers:
            if self._thread is not None:
                return await self._thread.run(change)
            async with self._begin() as connection:
                return await connection.run_sync(change)

    @contextlib.asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection:
            await connection.execution_options(**WRITES)
            async with connection.begin():
                yield connection

    async def check(self) -> None:
        """Raises `StoreAway` unless the database answers and has our tables."""
        async with self.reading() as connection:
            await connection.execute(text("SELECT 1 FROM counter"))

    async def probe(self) -> None:
        """Raises `StoreAway` unless a change could be made now; makes none."""
        await self.change(_take_turn)

    async def close(self) -> None:
        """Let go of every connection; the database may be opened again elsewhere.

        One that hangs is not waited for: a connection to it says goodbye as long as it hangs.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await self._group.finish()
                await self._engine.dispose()
        if self._thread is not None:
            await self._thread.close()


def _take_turn(connection: Connection) -> None:
    """Wait where every change waits: for the writer's turn, and for the counter of events."""
    counter = tables.counter
    connection.execute(
        select(counter.c.value).where(counter.c.name == "event").with_for_update()
    ).scalar_one()


class _SqliteThread:
    """Whole transactions on a thread: a hop of threads for each statement costs more than it."""

    def __init__(self, url: str, limit: Seconds) -> None:
        self._thread = ThreadPoolExecutor(1, "sqlite")
        target = make_url(url).set(drivername="sqlite")
        self._engine = create_engine(target, connect_args=sqlite_arguments(limit))
        prepare_sqlite(self._engine)

    async def run(self, change: Change[Any]) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._run, change)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()

    def _run(self, change: Change[Any]) -> Any:
        with (
            self._engine.connect().execution_options(**WRITES) as connection,
            connection.begin(),
        ):
            return change(connection)


@contextlib.contextmanager
def _as_away() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except _FAILURES as why:
        raise StoreAway(f"the database can not be used: {_shown(why)}") from why


def _shown(why: BaseException) -> str:
    # Statements carry parameters, and parameters carry telephone numbers.
    cause = getattr(why, "orig", None) or why
    return f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__


def _engine(url: str, limit: Seconds) -> AsyncEngine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_async_engine(
            url, pool_size=POOL, max_overflow=0, pool_timeout=limit, pool_pre_ping=True
        )
    engine = create_async_engine(url, connect_args=sqlite_arguments(limit), pool_timeout=limit)
    prepare_sqlite(engine.sync_engine)
    event.listen(engine.sync_engine, "do_connect", _try_opening)
    return engine


def _try_opening(_dialect: object, _record: object, place: Any, options: Any) -> None:
    # aiosqlite, when it can not open the file, leaves a thread behind that nobody waits for.
    await_only(asyncio.to_thread(_open_and_close, place, options))


def _open_and_close(place: Any, options: Any) -> None:
    sqlite3.connect(*place, **options).close()


def sqlite_arguments(limit: Seconds) -> dict[str, Any]:
    """How SQLite waits for another process' write, and leaves BEGIN to us."""
    return {"timeout": limit, "isolation_level": None}


def prepare_sqlite(engine: Engine) -> None:
    """Give every SQLite connection its pragmas and real transactions."""
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later can not be upgraded when another one
    # wrote in between: whoever will write says so at once.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
