"""A table office on a database of its own, with a router that learns nothing and takes no time."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime

import pytest
from attrs import evolve, frozen

from ivr.kernel.clock import CHINA, ManualClock
from ivr.storage.audit import SqlAudit
from ivr.storage.case_store import SqlHistory
from ivr.storage.database import Database
from ivr.storage.draft_store import SqlDrafts
from ivr.storage.migrate import upgrade
from ivr.storage.proposal_store import SqlProposals
from ivr.storage.router_store import SqlRouters
from ivr.storage.table_store import SqlTables
from ivr.tables.archive import Archive
from ivr.tables.checking import Checking
from ivr.tables.compiling import Compiler, Compiling
from ivr.tables.drafting import Drafting
from ivr.tables.exchanging import Exchanging
from ivr.tables.office import TableOffice
from ivr.tables.publishing import Publishing
from ivr.tables.rehearsing import Rehearsing
from ivr.tables.trying import Trying
from routing.load import load_table
from routing.rehearse import walk
from routing.table import read_table

SEED = "seed"


class HereWorkshop:
    """Work done on the spot; `done` says what."""

    def __init__(self):
        self.done = []

    async def run(self, work, *args, **kwargs):
        self.done.append(work.__name__)
        return work(*args, **kwargs)


def learn(lesson):
    return hashlib.sha256(lesson).hexdigest().encode()


def never(_):
    return None


@frozen
class MenuJudge:
    table: object

    def verdict(self, case):
        return walk(self.table, case.keys)


def judge(table, router):
    assert router
    return MenuJudge(read_table(table))


def decide(table, router, text, area):
    return (text, area, router)


class Heard:
    """Who was told which version is in force."""

    def __init__(self):
        self.versions = []

    async def __call__(self, version):
        self.versions.append(version)


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def shipped():
    """The shipped table with a handful of its thousands of sentences: tests are many."""
    table = load_table()
    few = evolve(table.lexicon, examples=table.lexicon.examples[:20])
    return evolve(table, lexicon=few)


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=CHINA))


@pytest.fixture
def workshop():
    return HereWorkshop()


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
async def database(tmp_path, template):
    path = tmp_path / "hotline.db"
    path.write_bytes(template.read_bytes())
    database = Database(f"sqlite+aiosqlite:///{path}")
    yield database
    await asyncio.wait_for(database.close(), 30)


def office_on(database, clock, workshop, heard, *, needs_approval=False, voices=None):
    tables = SqlTables(database, clock)
    archive = Archive(tables)
    drafting = Drafting(SqlDrafts(database, clock), archive)
    compiling = Compiling(SqlRouters(database, clock), workshop, Compiler("1", learn, never))
    publishing = Publishing(
        tables=tables,
        proposals=SqlProposals(database, clock),
        drafting=drafting,
        archive=archive,
        compiling=compiling,
        announce=heard,
        clock=clock,
        needs_approval=needs_approval,
        voices=voices,
    )
    return TableOffice(
        archive=archive,
        drafting=drafting,
        checking=Checking(workshop),
        rehearsing=Rehearsing(SqlHistory(database), compiling, workshop, judge),
        publishing=publishing,
        exchanging=Exchanging(workshop),
        trying=Trying(archive, compiling, workshop, decide),
        audit=SqlAudit(database, clock),
    )


@pytest.fixture
async def office(database, clock, workshop, heard, shipped):
    """The shipped table is in force as version 1, its router learned."""
    made = office_on(database, clock, workshop, heard)
    await made.publishing.outright(shipped, SEED, "首次安装")
    await made.rehearsing.compiling.router(shipped)
    workshop.done.clear()
    heard.versions.clear()
    return made


@pytest.fixture
async def strict(office, database, clock, workshop, heard):
    """The same office where a second person must agree."""
    return office_on(database, clock, workshop, heard, needs_approval=True)
