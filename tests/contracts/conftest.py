"""What the contract tests run over: every store we promise to work on, real and started here."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from deploy.database_servers import postgres_server, redis_server
from deploy.databases import find_postgresql, find_redis
from ivr.kernel.clock import CHINA, ManualClock
from ivr.storage.database import Database
from ivr.storage.migrate import upgrade
from ivr.storage.tables import metadata


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=CHINA))


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """An empty migrated SQLite file, copied for each test: migrating takes longer than a test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres():
    """A real PostgreSQL with our tables."""
    if find_postgresql() is None:
        pytest.skip("PostgreSQL is not here: `make setup` fetches it")
    with postgres_server() as server:
        upgrade(server.url)
        yield server


@pytest.fixture(scope="session")
def redis_process():
    """A real Redis; ask for `redis` to have it running and empty."""
    if find_redis() is None:
        pytest.skip("Redis is not here: `make setup` fetches it")
    with redis_server() as server:
        yield server


@pytest.fixture
def redis(redis_process):
    """A real Redis with nothing in it, whatever the test before did to it."""
    redis_process.stop()
    redis_process.start()
    return redis_process


def emptied(url):
    """The same PostgreSQL, with nothing in our tables."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names}"))
        connection.execute(text("INSERT INTO counter VALUES ('event', 0), ('serial', 0)"))
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path, template):
    """A database with our tables and nothing in them."""
    if request.param == "postgresql":
        return emptied(request.getfixturevalue("postgres").url)
    target = tmp_path / "hotline.db"
    target.write_bytes(template.read_bytes())
    return f"sqlite+aiosqlite:///{target}"


@pytest.fixture
async def database(url):
    database = Database(url)
    yield database
    await asyncio.wait_for(database.close(), 30)
