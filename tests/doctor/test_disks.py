"""Disks that can not be written, and what waits on them."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta

import pytest

from ivr.doctor import disks as examined
from ivr.settings import Settings
from ivr.storage import spool as spool_module
from ivr.storage.spool import SpoolFolder


@pytest.fixture
def settings(tmp_path):
    settings = Settings(home=tmp_path)
    for folder in (settings.recordings, settings.spool):
        folder.mkdir()
    return settings


async def test_a_disk_with_room_is_well_and_named_once(settings, monkeypatch):
    monkeypatch.setattr(examined, "FREE_LEAST", 0)
    monkeypatch.setattr(examined, "FREE_SHARE", 0.0)
    found = await examined.room(settings)
    assert found.well
    assert found.detail.startswith("站点剩余")
    assert "；" not in found.detail


async def test_a_disk_that_refuses_is_named_with_the_mend(settings, monkeypatch):
    def refuse(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(examined.os, "fsync", refuse)
    found = await examined.room(settings)
    assert not found.well
    assert f"站点（{settings.home}）写不进去" in found.detail
    assert "清理站点所在的磁盘" in found.mend


async def test_little_room_is_named(settings, monkeypatch):
    monkeypatch.setattr(examined, "FREE_LEAST", 1 << 60)
    found = await examined.room(settings)
    assert (found.well, "只剩" in found.detail) == (False, True)


async def test_what_waits_for_long_points_at_the_database(settings, monkeypatch):
    class Earlier(datetime):
        @classmethod
        def now(cls, _zone=None):
            return datetime.now(UTC) - timedelta(minutes=5)

    with monkeypatch.context() as then:
        then.setattr(spool_module, "datetime", Earlier)
        SpoolFolder(settings.spool).put("record", "c1", {})
    found = await examined.waiting(settings)
    assert not found.well
    assert found.detail == "1件等待，0件损坏，最早的等了5分钟"
    assert "先看上面的数据库" in found.mend


async def test_what_has_just_come_is_no_trouble(settings):
    SpoolFolder(settings.spool).put("record", "c1", {})
    found = await examined.waiting(settings)
    assert (found.well, found.detail) == (True, "1件等待，0件损坏")


async def test_what_nobody_can_read_is_named(settings):
    (settings.spool / "bad").mkdir()
    (settings.spool / "bad" / "x.json").write_text("{}")
    found = await examined.waiting(settings)
    assert "bad" in found.mend
