"""What one node publishes, another decides by: over Redis at once, without it within a second."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest
from attrs import evolve, frozen

from ivr.app.node import running_node
from ivr.app.office import table_office
from ivr.app.secrets import TICKETS, secret
from ivr.app.stores import open_stores
from ivr.app.workshop import ThreadWorkshop
from ivr.kernel.clock import SystemClock
from ivr.kernel.people import AccountName
from ivr.settings import Settings, TableSettings
from ivr.storage.memory import MemoryFanout
from ivr.tables.compiling import Compiler
from routing.lexicon import Landmark, Lexicon
from routing.load import load_table
from routing.menu import ToLine

TIMES = 3
SLOW = 60.0  # of a machine that does much else; the figure of a calm one is in docs/benchmarks.md


@frozen
class Learned:
    """Decides nothing; tells what it was learned from, and for which version it was opened."""

    version: int
    compiled: bytes

    @classmethod
    def open(cls, snapshot, compiled):
        return cls(snapshot.number, compiled)

    def renewed(self, snapshot):
        return evolve(self, version=snapshot.number)


def learn(lesson):
    return b"learned %d" % len(lesson)


def recall(sha256):
    return sha256.encode()


@pytest.fixture(autouse=True)
def quick_learning(monkeypatch):
    """Of a router only what it was learned from matters here."""
    monkeypatch.setattr("ivr.app.office.COMPILER", Compiler("1", learn, recall))
    monkeypatch.setattr("ivr.app.tables.Router", Learned)


@pytest.fixture(scope="module")
def shipped():
    return evolve(load_table(), lexicon=Lexicon())


def changed(table, count):
    """What is on two keys of a level exchanged, and another place known."""
    nodes = list(table.menu.nodes)
    place = nodes.index(level_of(table))
    one, other, *rest = nodes[place].choices
    if count % 2:
        one, other = evolve(one, target=other.target), evolve(other, target=one.target)
    nodes[place] = evolve(nodes[place], choices=(one, other, *rest))
    landmark = Landmark(f"第{count}公园", table.directory.areas[0].code)
    menu = evolve(table.menu, nodes=tuple(nodes))
    return evolve(table, menu=menu, lexicon=Lexicon(landmarks=(landmark,)))


def level_of(table):
    """One with a line on its first two keys."""
    for node in table.menu.nodes:
        if all(isinstance(choice.target, ToLine) for choice in node.choices[:2]):
            return node
    raise AssertionError("no level leads to two lines")


@pytest.fixture
async def two(url, request, tmp_path, shipped):
    """Two nodes on one database, on a published table; on PostgreSQL they share a Redis too."""
    redis = request.getfixturevalue("redis").url if url.startswith("postgres") else ""
    async with AsyncExitStack() as stack:
        nodes = []
        for name in ("n1", "n2"):
            settings = Settings(home=tmp_path / name, database=url, redis=redis, node=name)
            settings = settings.model_copy(update={"table": TableSettings(voice="off")})
            settings.recordings.mkdir(parents=True)
            secret(settings.secrets, TICKETS)
            if not nodes:
                await seeded(settings, shipped)
            nodes.append(await stack.enter_async_context(running_node(settings)))
        yield nodes


async def seeded(settings, table):
    clock = SystemClock()
    async with open_stores(settings, clock) as stores:
        office = table_office(settings, stores, MemoryFanout(), ThreadWorkshop(), clock)
        await office.publishing.outright(table, AccountName("seed"), "首次安装")


async def taken_up(node, version):
    """Seconds until calls that begin on this node go by the version."""
    began = time.monotonic()
    async with asyncio.timeout(SLOW):
        while node.book.snapshot().number != version:  # noqa: ASYNC110 - as a call would find it
            await asyncio.sleep(0.005)
    return time.monotonic() - began


async def test_the_other_node_decides_by_what_one_has_published(two, shipped):
    """Keys and words of the same version, also where nobody passes the news on."""
    one, other = two
    before = other.book.in_force()
    took = []
    for count in range(1, TIMES + 1):
        table = changed(shipped, count)
        done = await one.office.publishing.outright(table, AccountName("anna"), "换号")
        took.append(await taken_up(other, done.version))
        held = other.book.in_force()
        assert (held.snapshot.table, held.router.version) == (table, done.version)
        assert held.compiled != before.compiled
        before = held
    print("seconds until the other node went by it:", took)  # noqa: T201 - for docs/benchmarks.md
    assert walked(before.snapshot.table) != walked(shipped)


def walked(table):
    return [level_of(table).choices[at].target for at in range(2)]


async def test_what_was_taken_back_is_taken_back_everywhere(two, shipped):
    one, other = two
    await one.office.publishing.outright(changed(shipped, 1), AccountName("anna"), "换号")
    back = await other.office.publishing.rollback(1, AccountName("bert"), "先恢复")
    for node in two:
        await taken_up(node, back.version)
        assert node.book.snapshot().table == shipped
