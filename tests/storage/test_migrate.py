"""Migrations make exactly the tables this version knows, once, all or nothing."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from ivr.kernel.errors import StoreAway
from ivr.storage.migrate import SCRIPTS, revision, upgrade
from ivr.storage.tables import metadata

HEAD = ScriptDirectory(str(SCRIPTS)).get_current_head()


def test_migrations_and_tables_say_the_same(file):
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_there_is_one_head_and_the_database_stands_at_it(url):
    assert revision(url) == HEAD


def test_upgrading_again_changes_nothing(url, file):
    before = schema(file)
    upgrade(url)
    assert schema(file) == before


def test_a_fresh_file_has_no_revision(tmp_path):
    assert revision(f"sqlite+aiosqlite:///{tmp_path}/new.db") is None


def test_nodes_that_start_together_upgrade_once(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path}/new.db"
    with ThreadPoolExecutor(4) as nodes:
        list(nodes.map(upgrade, [url] * 4))
    assert revision(url) == HEAD


def test_an_upgrade_that_fails_half_way_leaves_nothing(tmp_path):
    """A table in the way makes a later step fail; the earlier ones must be gone."""
    file = tmp_path / "half.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE counter (x)")
    connection.close()
    with pytest.raises(StoreAway):
        upgrade(f"sqlite+aiosqlite:///{file}")
    assert [name for name, _ in schema(file)] == ["counter"]


async def test_upgrading_from_a_thread_of_a_running_loop_works(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path}/new.db"
    await asyncio.to_thread(upgrade, url)
    assert await asyncio.to_thread(revision, url) == HEAD


def test_a_place_that_can_not_be_written_is_store_away(tmp_path):
    with pytest.raises(StoreAway):
        upgrade(f"sqlite+aiosqlite:///{tmp_path}/none/new.db")


def schema(file):
    connection = sqlite3.connect(file)
    try:
        return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    finally:
        connection.close()
