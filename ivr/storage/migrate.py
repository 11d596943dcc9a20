"""Bring a database to the tables this version knows."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from ivr.kernel.errors import StoreAway
from ivr.kernel.units import seconds
from ivr.storage.database import WRITES, prepare_sqlite, sqlite_arguments

SCRIPTS: Final = Path(__file__).parent / "migrations"
PATIENCE: Final = seconds(60)  # another node may be upgrading; it takes seconds
LOCK: Final = 114_000_001  # any number no other program uses for an advisory lock

_SYNC_DRIVERS: Final = {
    "sqlite+aiosqlite": "sqlite",
    "postgresql+asyncpg": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}


def upgrade(url: str) -> None:
    """Create or upgrade the tables, all or nothing. Blocks; from the loop, use a thread.

    Nodes that start together wait for each other. Raises `StoreAway`.
    """
    engine = _sync_engine(url)
    try:
        with engine.connect().execution_options(**WRITES) as connection, connection.begin():
            _wait_for_other_nodes(connection)
            command.upgrade(_config(connection), "head")
    except (SQLAlchemyError, OSError) as why:
        raise StoreAway(f"the tables can not be upgraded: {why}") from why
    finally:
        engine.dispose()


def revision(url: str) -> str | None:
    """The revision a database stands at; None when it has no tables of ours."""
    engine = _sync_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except (SQLAlchemyError, OSError) as why:
        raise StoreAway(f"the database can not be read: {why}") from why
    finally:
        engine.dispose()


def _sync_engine(url: str) -> Engine:
    parsed = make_url(url)
    target: URL = parsed.set(drivername=_SYNC_DRIVERS.get(parsed.drivername, parsed.drivername))
    if target.get_backend_name() != "sqlite":
        return create_engine(target)
    engine = create_engine(target, connect_args=sqlite_arguments(PATIENCE))
    prepare_sqlite(engine)
    return engine


def _wait_for_other_nodes(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE has waited already
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
