"""A migrated SQLite file for each test."""

from __future__ import annotations

from datetime import datetime

import pytest

from ivr.kernel.clock import CHINA, ManualClock
from ivr.storage.migrate import upgrade


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=CHINA))


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def file(tmp_path, template):
    file = tmp_path / "hotline.db"
    file.write_bytes(template.read_bytes())
    return file


@pytest.fixture
def url(file):
    return f"sqlite+aiosqlite:///{file}"
