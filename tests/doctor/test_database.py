"""What the doctor says of a database: the words of somebody at three in the morning."""

from __future__ import annotations

import re
import sqlite3
import time

import pytest
from sqlalchemy import event

from ivr.doctor import database as examined
from ivr.settings import Settings
from ivr.storage.database import Database
from ivr.storage.migrate import upgrade


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("doctor") / "template.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def settings(tmp_path, template):
    (tmp_path / "hotline.db").write_bytes(template.read_bytes())
    return Settings(home=tmp_path)


async def test_a_well_one_is_read_and_written(settings, monkeypatch):
    monkeypatch.setattr(examined, "LIMIT", 60.0)  # this machine's own disk may be slow
    monkeypatch.setattr(examined, "SLOW", 60.0)
    found = await examined.examine(settings)
    assert (found.well, found.detail) == (True, "sqlite+aiosqlite，能读能写")


async def test_a_locked_one_is_told_from_one_that_is_away(settings, monkeypatch):
    monkeypatch.setattr(examined, "LIMIT", 1.0)
    monkeypatch.setattr(examined, "SLOW", 60.0)
    other = sqlite3.connect(settings.home / "hotline.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    found = await examined.examine(settings)
    other.close()
    assert not found.well
    assert "能读" in found.detail
    assert "占着数据库的写锁" in found.mend
    assert "来电不受影响" in found.mend


async def test_one_that_is_not_there_says_so(tmp_path):
    found = await examined.examine(Settings(home=tmp_path / "nowhere"))
    assert not found.well
    assert "hotline init" in found.mend


async def test_a_slow_one_is_named_with_its_seconds(settings, monkeypatch):
    def opened(*args, **kwargs):
        made = Database(*args, **kwargs)
        event.listen(made._thread._engine, "commit", lambda _: time.sleep(0.6))
        return made

    monkeypatch.setattr(examined, "Database", opened)
    monkeypatch.setattr(examined, "LIMIT", 60.0)
    found = await examined.examine(settings)
    assert not found.well
    assert re.search(r"写一次用了\d+\.\d秒", found.detail)
    assert "负载" in found.mend


async def test_a_full_disk_is_named(settings, monkeypatch):
    def opened(*args, **kwargs):
        made = Database(*args, **kwargs)

        def full(*_):
            raise sqlite3.OperationalError("database or disk is full")

        event.listen(made._thread._engine, "commit", full)
        return made

    monkeypatch.setattr(examined, "Database", opened)
    found = await examined.examine(settings)
    assert (found.well, found.mend.partition("：")[0]) == (False, "数据库所在的磁盘满了")
