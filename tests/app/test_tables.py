"""The table in force, as calls of a node see it."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timedelta

import msgspec
import pytest
from attrs import evolve

from ivr.app import tables as module
from ivr.app.stores import open_stores
from ivr.app.tables import InForce, TableBook
from ivr.kernel.clock import CHINA, ManualClock
from ivr.kernel.errors import NotConfigured, StoreAway
from ivr.settings import Settings
from ivr.storage.migrate import upgrade
from ivr.tables.compiling import Compiler, Compiling, Lesson
from routing.compiled import BadCompilation
from routing.ids import TableVersion
from routing.lexicon import Keyword, Lexicon
from routing.load import load_table
from routing.table import publish, to_json

NOON = datetime(2026, 11, 23, 12, tzinfo=CHINA)


class FakeRouter:
    """What was learned, beside the version it was opened for."""

    def __init__(self, version, compiled):
        self.version, self.compiled = version, compiled

    @staticmethod
    def open(snapshot, compiled):
        if compiled == b"bad":
            raise BadCompilation("no router")
        return FakeRouter(snapshot.number, compiled)

    def renewed(self, snapshot):
        return FakeRouter(snapshot.number, self.compiled)


class SlowWorkshop:
    """Learns when it is told to go on."""

    def __init__(self):
        self.go = asyncio.Event()
        self.go.set()

    async def run(self, work, *args):
        await self.go.wait()
        return work(*args)


@pytest.fixture(autouse=True)
def fake_router(monkeypatch):
    monkeypatch.setattr(module, "Router", FakeRouter)


@pytest.fixture(scope="module")
def shipped():
    return evolve(load_table(), lexicon=Lexicon())


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    settings = Settings.of(tmp_path)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "ticket_numbers").write_text("1" * 32)
    upgrade(settings.database_url)
    return settings


@pytest.fixture
async def stores(settings):
    async with open_stores(settings, ManualClock(NOON)) as stores:
        yield stores


@pytest.fixture
def workshop():
    return SlowWorkshop()


@pytest.fixture
def compiling(stores, workshop):
    return Compiling(stores.routers, workshop, Compiler("1", learned, lambda _: None))


def learned(lesson):
    return b"learned %d" % len(lesson)


def knowing(table, word):
    return evolve(table, lexicon=Lexicon(keywords=(Keyword(word, "water"),)))


async def put(stores, table, number):
    snapshot = publish(table, TableVersion(number), NOON + timedelta(minutes=number))
    await stores.tables.save(snapshot.number, to_json(snapshot), sha256=snapshot.sha256)
    return snapshot


async def test_keys_work_at_once_and_words_once_they_are_learned(
    settings, stores, compiling, workshop, shipped
):
    await put(stores, shipped, 1)
    workshop.go.clear()
    book = TableBook(settings, stores, compiling)
    await book.open()
    assert (book.snapshot().number, book.router()) == (1, None)
    learning = asyncio.create_task(book.learn())
    await asyncio.sleep(0)
    assert book.router() is None
    workshop.go.set()
    await learning
    assert book.router().version == 1


async def test_snapshot_and_router_change_as_one(settings, stores, compiling, shipped):
    await put(stores, knowing(shipped, "水"), 1)
    book = TableBook(settings, stores, compiling)
    await book.open()
    await book.learn()
    before = book.in_force()
    newer = knowing(shipped, "火焰")
    await compiling.router(newer)
    await put(stores, newer, 2)
    await book.refresh()
    after = book.in_force()
    assert (before.snapshot.number, before.router.version) == (1, 1)
    assert (after.snapshot.number, after.router.version) == (2, 2)
    assert after.compiled != before.compiled


async def test_a_table_that_teaches_the_same_has_its_router_without_opening_one(
    settings, stores, compiling, shipped, monkeypatch
):
    """To open one takes a third of a second, in which a new number is not in force yet."""
    await put(stores, knowing(shipped, "水"), 1)
    book = TableBook(settings, stores, compiling)
    await book.open()
    await book.learn()
    monkeypatch.setattr(FakeRouter, "open", None)
    await put(stores, evolve(knowing(shipped, "水"), chains=()), 2)
    await book.refresh()
    assert (book.snapshot().number, book.router().version) == (2, 2)


async def test_the_same_content_under_a_new_number_is_taken_up(
    settings, stores, compiling, shipped
):
    await put(stores, shipped, 1)
    book = TableBook(settings, stores, compiling)
    await book.open()
    await put(stores, shipped, 2)
    await book.refresh()
    assert book.snapshot().number == 2


async def test_without_the_database_the_last_table_and_its_router_serve(
    settings, stores, compiling, shipped, monkeypatch
):
    await put(stores, shipped, 1)
    first = TableBook(settings, stores, compiling)
    await first.open()
    await first.learn()
    monkeypatch.setattr(stores.calendar, "all", away)
    book = TableBook(settings, stores, compiling)
    await book.open()
    assert (book.snapshot().number, book.router().version) == (1, 1)


async def away():
    raise StoreAway("gone")


async def test_a_router_on_disk_of_another_table_is_not_used(
    settings, stores, compiling, shipped, monkeypatch
):
    """Killed between writing the two files: the old table goes by keys, never by other words."""
    await put(stores, shipped, 1)
    book = TableBook(settings, stores, compiling)
    await book.open()
    other = Lesson.of(knowing(shipped, "火"))
    settings.router.write_bytes(other.sha256.encode() + b"other")
    monkeypatch.setattr(stores.calendar, "all", away)
    again = TableBook(settings, stores, compiling)
    await again.open()
    assert (again.snapshot().number, again.router()) == (1, None)


async def test_a_site_without_any_table_says_so(settings, stores, compiling):
    with pytest.raises(NotConfigured, match="hotline init"):
        await TableBook(settings, stores, compiling).open()


def test_what_can_not_be_opened_leaves_the_keys(shipped):
    body = to_json(publish(shipped, TableVersion(1), NOON))
    assert InForce.of(body).learned(b"bad").router is None
    assert InForce.of(body).learned(None).router is None


async def test_a_table_that_an_older_release_published_reaches_the_switch_as_it_is(
    settings, stores, compiling, shipped
):
    """Its form knows fewer fields; written anew it would have another hash."""
    body, sha256 = older_form(publish(shipped, TableVersion(1), NOON))
    await stores.tables.save(TableVersion(1), body, sha256=sha256)
    book = TableBook(settings, stores, compiling)
    await book.open()
    assert settings.snapshot.read_bytes() == body
    assert book.snapshot().table == shipped


def older_form(snapshot):
    """The snapshot without what tables did not have at first, and its hash."""
    sealed = msgspec.json.decode(to_json(snapshot))
    del sealed["table"]["lexicon"], sealed["table"]["directory"]["contacts"]
    table = msgspec.json.encode(sealed["table"], order="sorted")
    sealed["sha256"] = hashlib.sha256(table).hexdigest()
    return msgspec.json.encode({**sealed, "table": msgspec.Raw(table)}), sealed["sha256"]


def test_a_number_hours_or_a_menu_need_no_learning_and_words_do(shipped):
    line = evolve(shipped.directory.lines[0], number="1", spoken_title="别的")
    lines = (line, *shipped.directory.lines[1:])
    same = evolve(shipped, directory=evolve(shipped.directory, lines=lines), chains=(), notices=())
    same = evolve(same, menu=evolve(same.menu, human=()))
    assert Lesson.of(same).sha256 == Lesson.of(shipped).sha256
    assert Lesson.of(knowing(shipped, "水")).sha256 != Lesson.of(shipped).sha256
    fewer = evolve(shipped.directory, areas=shipped.directory.areas[:-1])
    assert Lesson.of(evolve(shipped, directory=fewer)).sha256 != Lesson.of(shipped).sha256
