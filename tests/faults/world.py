"""Everything a fault can get hold of: the site, and a proxy in front of each part it talks to."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import urllib.request
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import define

from deploy.database_servers import PostgresServer, RedisServer, postgres_server, redis_server
from deploy.phones.phone import Leg
from prompts.sound_library import COMMITTED
from tests.e2e.hotline import Hotline, Row
from tests.e2e.scenes import Cast
from tests.faults.lexicon import Lexicon
from tests.faults.line import Office
from tests.faults.proxy import Proxy
from tests.faults.site import Site, running

LOOPBACK: Final = "127.0.0.1"
SEATS: Final = ("1001", "1002")
ASIDE: Final = 500  # how far the manager's own port is moved from where all look for it
CLIPS: Final = "clips"  # a folder in the site's home: the nodes' own copy of the package


@define
class World:
    """One site under test. `database` and `redis` are there on a scaled one only."""

    site: Site
    office: Office
    ami: Proxy
    database: Proxy | None = None
    redis: Proxy | None = None
    postgres: PostgresServer | None = None
    redis_server: RedisServer | None = None

    @property
    def home(self) -> Path:
        return self.site.home

    @property
    def audio(self) -> Path:
        """The clips that nodes of this site play, and nobody else."""
        return self.home / CLIPS / "prompts" / "audio"

    async def metric(self, name: str) -> float:
        """A metric of the first node, summed over its labels; -1 when nobody tells."""
        url = f"http://{LOOPBACK}:{self.site.first.environment['HOTLINE_WEB__PORT']}/metrics"
        try:
            said = await asyncio.to_thread(_get, url)
        except OSError:
            return -1.0
        found = re.findall(rf"^hotline_{name}(?:_total)?(?:{{[^}}]*}})? (\S+)$", said, re.MULTILINE)
        return sum(map(float, found)) if found else 0.0

    def rows(self, query: str) -> Sequence[Row]:
        """Rows of the database, read past every proxy."""
        if self.postgres is None:
            return self.site.hotline.rows(query)
        return _postgres_rows(self.postgres, query)


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - a loopback address
        return str(answer.read().decode())


def _postgres_rows(server: PostgresServer, query: str) -> Sequence[dict[str, Any]]:
    import psycopg  # noqa: PLC0415 - only a scaled site has it
    from psycopg.rows import dict_row  # noqa: PLC0415

    where = f"host={LOOPBACK} port={server.port} user=hotline dbname=postgres"
    with psycopg.connect(where, row_factory=dict_row) as connection:
        return connection.execute(query).fetchall()


@contextlib.asynccontextmanager
async def embedded(
    home: Path, lexicon: Lexicon, *, seats: Sequence[str] = SEATS
) -> AsyncIterator[World]:
    """Two nodes on SQLite, as `make run` has it."""
    async with contextlib.AsyncExitStack() as stack:
        yield await _world(stack, home, lexicon, seats, {})


@contextlib.asynccontextmanager
async def scaled(
    home: Path, lexicon: Lexicon, *, seats: Sequence[str] = SEATS
) -> AsyncIterator[World]:
    """Two nodes on PostgreSQL and Redis, each behind a proxy. Raises `ServerDown`."""
    async with contextlib.AsyncExitStack() as stack:
        postgres = stack.enter_context(postgres_server())
        redis = stack.enter_context(redis_server())
        before = [await stack.enter_async_context(_in_front(each)) for each in (postgres, redis)]
        front = [each.front[1] for each in before]
        urls = {
            "HOTLINE_DATABASE": postgres.url.replace(f":{postgres.port}/", f":{front[0]}/"),
            "HOTLINE_REDIS": redis.url.replace(f":{redis.port}/", f":{front[1]}/"),
        }
        world = await _world(stack, home, lexicon, seats, urls)
        world.database, world.redis = before
        world.postgres, world.redis_server = postgres, redis
        yield world


@contextlib.asynccontextmanager
async def _in_front(server: PostgresServer | RedisServer) -> AsyncIterator[Proxy]:
    back = urlsplit(server.url).port or 0
    async with Proxy((LOOPBACK, back + 1), (LOOPBACK, back)) as proxy:
        yield proxy


async def _world(
    stack: contextlib.AsyncExitStack,
    home: Path,
    lexicon: Lexicon,
    seats: Sequence[str],
    more: dict[str, str],
) -> World:
    clips = await asyncio.to_thread(_own_clips, home)
    proxies: list[Proxy] = []

    async def before(hotline: Hotline) -> None:
        proxies.append(await stack.enter_async_context(await _behind_a_proxy(hotline)))

    own = {"PYTHONPATH": clips}
    site = await stack.enter_async_context(running(home, nodes=own, before=before, **more))
    await log_in(Cast(site.hotline, home / "phones", stack), seats)
    office = await stack.enter_async_context(Office(site.hotline.sip, lexicon))
    return World(site, office, *proxies)


async def log_in(cast: Cast, seats: Sequence[str] = SEATS) -> None:
    """Operators at their telephones."""
    for seat in seats:
        await cast.operator(seat, answering=_brief)


async def _brief(call: Leg) -> None:
    """An operator who lets people wait a little and has little time for them."""
    await call.ring()
    await asyncio.sleep(4)
    if not call.ended:
        await call.pick_up()
        await asyncio.sleep(4)
        await call.hang_up()


async def _behind_a_proxy(hotline: Hotline) -> Proxy:
    """The manager moves aside and a proxy takes its place: every program of ours goes through."""
    config = hotline.home / "asterisk" / "etc" / "manager.conf"
    port = int(hotline.facts["ami"]["port"])
    moved = config.read_text("utf-8").replace(f"port = {port}", f"port = {port + ASIDE}")
    config.write_text(moved, "utf-8")
    await asyncio.to_thread(hotline.asterisk, "manager reload")
    return Proxy((LOOPBACK, port), (LOOPBACK, port + ASIDE))


def _own_clips(home: Path) -> str:
    """A copy of the package whose audio can be spoilt without spoiling anybody else's."""
    target = home / CLIPS / "prompts"
    shutil.copytree(COMMITTED.parent, target, ignore=shutil.ignore_patterns("__pycache__"))
    return str(target.parent)
