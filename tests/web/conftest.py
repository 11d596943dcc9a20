"""A site of its own for each test; migrating and publishing are done once."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import datetime

import pytest

from ivr.app.office import table_office
from ivr.app.stores import open_stores
from ivr.app.workshop import ThreadWorkshop
from ivr.kernel.clock import CHINA, ManualClock
from ivr.kernel.people import AccountName
from ivr.storage.memory import MemoryFanout
from ivr.storage.migrate import upgrade
from routing.load import load_table
from routing.sheets import to_sheets
from routing.table import from_json
from tests.web.site import open_site, settings_for


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """A database in which the product's own table is in force."""
    file = tmp_path_factory.mktemp("pages") / "hotline.db"
    settings = settings_for(file)
    upgrade(settings.database_url)

    async def publish():
        clock = ManualClock(datetime(2026, 11, 20, 9, 0, tzinfo=CHINA))
        async with open_stores(settings, clock) as stores:
            office = table_office(settings, stores, MemoryFanout(), ThreadWorkshop(), clock)
            await office.publishing.outright(load_table(), AccountName("test"), "首次安装")

    asyncio.run(publish())
    return file


@pytest.fixture(scope="session")
def snapshot(published):
    with sqlite3.connect(published) as database:
        return from_json(database.execute("select body from published_table").fetchone()[0])


@pytest.fixture(scope="session")
def sheets(snapshot):
    return to_sheets(snapshot.table)


@pytest.fixture
async def site(published, snapshot, sheets, tmp_path):
    file = tmp_path / "hotline.db"
    file.write_bytes(published.read_bytes())
    async with open_site(settings_for(file), snapshot, sheets) as site:
        yield site
