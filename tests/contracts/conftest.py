"""What the contract tests run over: every database we promise to work on."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from ivr.kernel.clock import CHINA, ManualClock
from ivr.storage.database import Database
from ivr.storage.migrate import upgrade
from ivr.storage.tables import metadata

POSTGRES = os.environ.get("HOTLINE_TEST_POSTGRES", "")


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=CHINA))


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """An empty migrated SQLite file, copied for each test: migrating takes longer than a test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


def emptied_postgres() -> str:
    """The PostgreSQL of the environment, migrated, with nothing in it."""
    upgrade(POSTGRES)
    engine = create_engine(make_url(POSTGRES).set(drivername="postgresql+psycopg"))
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names}"))
        connection.execute(text("INSERT INTO counter VALUES ('event', 0), ('serial', 0)"))
    engine.dispose()
    return POSTGRES


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path, template):
    """A database with our tables and nothing in them."""
    if request.param == "sqlite":
        target = tmp_path / "hotline.db"
        target.write_bytes(template.read_bytes())
        return f"sqlite+aiosqlite:///{target}"
    if not POSTGRES:
        pytest.skip("HOTLINE_TEST_POSTGRES names no server")
    return emptied_postgres()


@pytest.fixture
async def database(url):
    database = Database(url)
    yield database
    await asyncio.wait_for(database.close(), 30)
