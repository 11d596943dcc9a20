"""Databases and Redis: away, slow, half open, locked, emptied."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from typing import Final

from tests.faults.blows.fault import Fault, there
from tests.faults.proxy import Mode
from tests.faults.world import LOOPBACK, World

SLOW: Final = 3.0  # seconds each piece of an answer is late


class Locked(Fault):
    number, name = 10, "the SQLite database is locked"
    _held: sqlite3.Connection | None = None

    async def inject(self, world: World) -> None:
        path = str(world.site.hotline.facts["database"]).partition(":///")[2]
        self._held = sqlite3.connect(path, timeout=20, isolation_level=None)
        self._held.execute("BEGIN IMMEDIATE")

    async def heal(self, world: World) -> None:  # noqa: ARG002
        if self._held is not None:
            self._held.close()


class DatabaseKilled(Fault):
    number, name, scaled = 6, "PostgreSQL is killed and comes back", True

    async def inject(self, world: World) -> None:
        await asyncio.to_thread(there(world.postgres).kill)

    async def heal(self, world: World) -> None:
        await asyncio.to_thread(there(world.postgres).start)


class DatabaseSlow(Fault):
    number, name, scaled, lasts = 7, "each statement takes 3 s", True, 15.0

    async def inject(self, world: World) -> None:
        await there(world.database).be(Mode.SLOW, SLOW)

    async def heal(self, world: World) -> None:
        await there(world.database).be(Mode.PASS)


class DatabaseAway(DatabaseSlow):
    number, name, lasts = 9, "nobody listens where the database was", 15.0

    async def inject(self, world: World) -> None:
        await there(world.database).be(Mode.REFUSE)


class DatabaseHalfOpen(DatabaseSlow):
    number, name, lasts = 14, "the connection to the database is half open", 15.0

    async def inject(self, world: World) -> None:
        await there(world.database).be(Mode.SWALLOW)


class RedisAway(Fault):
    number, name, scaled = 11, "Redis is away", True

    async def inject(self, world: World) -> None:
        await there(world.redis).be(Mode.REFUSE)

    async def heal(self, world: World) -> None:
        await there(world.redis).be(Mode.PASS)


class RedisSlow(RedisAway):
    number, name = 11, "Redis is slow"

    async def inject(self, world: World) -> None:
        await there(world.redis).be(Mode.SLOW, SLOW)


class RedisHalfOpen(RedisAway):
    number, name, lasts = 25, "one node can not reach Redis: half open", 15.0

    async def inject(self, world: World) -> None:
        await there(world.redis).be(Mode.SWALLOW)


class RedisFlushed(RedisAway):
    number, name = 11, "FLUSHALL"

    async def inject(self, world: World) -> None:
        def flush() -> None:
            port = there(world.redis_server).port
            with socket.create_connection((LOOPBACK, port), 2) as asked:
                asked.sendall(b"FLUSHALL\r\n")
                asked.recv(64)

        await asyncio.to_thread(flush)
