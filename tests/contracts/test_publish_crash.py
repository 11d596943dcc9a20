"""A publisher killed between any two of its steps leaves the old table or the new one."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from ivr.storage.database import Database
from ivr.storage.draft_store import SqlDrafts
from ivr.storage.proposal_store import SqlProposals
from ivr.storage.table_store import SqlTables
from ivr.storage.tables import metadata
from ivr.tables.values import ProposalState, RowEdit
from routing.lexicon import Lexicon
from routing.load import load_table
from tests.contracts.publisher import publishing_on

MOST_STEPS = 60  # a publication takes a third of it
KILLED = -signal.SIGKILL


@pytest.fixture
def publisher():
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", "from tests.contracts.publisher import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
    ) as process:
        yield process
        process.stdin.close()
        process.wait(60)


def ended(publisher, step, url):
    """How the process that publishes ended, killed before its `step`."""
    publisher.stdin.write(f"{step} {url}\n")
    publisher.stdin.flush()
    for line in publisher.stdout:  # among what it logs
        if line.startswith("ended "):
            return int(line.removeprefix("ended "))
    pytest.fail("the publisher has gone")


async def propose(database, clock, table):
    """Version 1 in force, and the proposal of another number, which is due."""
    publishing = publishing_on(database, clock)
    await publishing.outright(table, "seed", "首次安装")
    await publishing._compiling.router(table)
    drafting = publishing._drafting
    draft = await drafting.open("anna", "新词")
    edit = RowEdit("landmarks", None, ("公园", "海勃湾区"))
    draft = await drafting.edit(draft.stamp, [edit], "新词")
    proposal = await publishing.submit(draft.stamp, "新词")
    assert proposal.state is ProposalState.SCHEDULED


async def found(database, clock):
    """Which tables there are, which is in force, and whether all else agrees with it."""
    history = await SqlTables(database, clock).list()
    (active,) = [each.version for each in history if each.active]
    (proposal,) = await SqlProposals(database, clock).newest()
    draft = await SqlDrafts(database, clock).of("anna")
    published = active == 2
    assert [each.version for each in history] == ([2, 1] if published else [1])
    assert proposal.state is (ProposalState.PUBLISHED if published else ProposalState.SCHEDULED)
    assert (draft is None) == published
    return active


async def begin_again(url, clock, table):
    """The database as it was before anybody published."""
    engine = create_engine(make_url(url).set(drivername=SYNC[make_url(url).drivername]))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            names = ", ".join(f'"{each.name}"' for each in metadata.sorted_tables)
            connection.exec_driver_sql(f"TRUNCATE {names}")
        else:
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_is_not_shortened")
            for each in reversed(metadata.sorted_tables):
                connection.execute(each.delete())
        connection.exec_driver_sql("INSERT INTO counter VALUES ('event', 0), ('serial', 0)")
    engine.dispose()
    database = Database(url)
    await propose(database, clock, table)
    await database.close()


SYNC = {"sqlite+aiosqlite": "sqlite", "postgresql+asyncpg": "postgresql+psycopg"}


async def test_the_table_is_the_old_or_the_new_one_wherever_its_publisher_is_killed(
    url, clock, publisher
):
    """And a job that comes later finishes what was begun, once."""
    table = evolve(load_table(), lexicon=Lexicon())
    seen = []
    for step in range(1, MOST_STEPS):
        await begin_again(url, clock, table)
        end = ended(publisher, step, url)
        database = Database(url)
        seen.append(await found(database, clock))
        await publishing_on(database, clock).publish_due()
        assert await found(database, clock) == 2
        await database.close()
        if end != KILLED:
            break
    assert end == 0
    assert len(seen) > 15  # it was killed in many places
    assert seen == sorted(seen)  # old until one moment, new from it on
    assert seen[0] == 1
