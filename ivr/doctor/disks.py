"""The disks that calls write to, and what waits on them."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ivr.doctor.finding import Finding
from ivr.settings import Settings
from ivr.storage.spool import SpoolFolder

FREE_LEAST: Final = 1 << 30  # bytes: half a day of recordings at 160 calls an hour
FREE_SHARE: Final = 0.05
TRIED: Final = 1 << 16  # bytes: four seconds of speech
LATE: Final = 60.0  # seconds; a database that is there gets everything within ten

BAD: Final = "查看待传件文件夹里的 bad 和旁边写的原因，改好后移回上一层"
UNDELIVERED: Final = "先看上面的数据库：恢复后会自动补送；数据库正常而仍不减少，查看服务的日志"


async def waiting(settings: Settings) -> Finding:
    """What has not reached the database yet."""
    folder = SpoolFolder(settings.spool)
    depth, bad = folder.depth, len(folder.bad)
    age = max((_age(item.at) for item in folder.pending(1)), default=0.0)
    detail = f"{depth}件等待，{bad}件损坏"
    if age > LATE:
        detail += f"，最早的等了{age / 60:.0f}分钟"
    mends = [mend for sick, mend in ((bad, BAD), (age > LATE, UNDELIVERED)) if sick]
    return Finding("待传件", not mends, detail, "；".join(mends))


def _age(at: datetime) -> float:
    return (datetime.now(UTC) - at).total_seconds()


async def room(settings: Settings) -> Finding:
    """Room for what comes, and whether it can be written at all; each disk once."""
    sick: list[str] = []
    mends: list[str] = []
    free: list[str] = []
    for name, path, mend in _places(settings):
        trouble = await asyncio.to_thread(_trouble, path)
        if trouble:
            sick.append(f"{name}（{path}）{trouble}")
            mends.append(mend)
        free.append(f"{name}剩余{_gib(path)}")
    return Finding("磁盘", not sick, "；".join(sick or free), "；".join(mends))


def _places(settings: Settings) -> Iterator[tuple[str, Path, str]]:
    places = (
        ("站点", settings.home, "清理站点所在的磁盘，或把 HOTLINE_HOME 移到更大的磁盘"),
        (
            "录音",
            settings.recordings,
            "清理旧录音，或换更大的磁盘；此前录不下的来电直接转人工",
        ),
        (
            "待传件",
            settings.spool,
            "清理待传件所在的磁盘；此前数据库若也不能用，来电直接转人工",
        ),
    )
    seen: set[int] = set()
    for name, path, mend in places:
        if path.exists() and path.stat().st_dev not in seen:
            seen.add(path.stat().st_dev)
            yield name, path, mend


def _trouble(path: Path) -> str:
    """'' when there is room and it can be written."""
    try:
        with tempfile.TemporaryFile(dir=path) as file:
            file.write(bytes(TRIED))
            file.flush()
            os.fsync(file.fileno())
    except OSError as why:
        return f"写不进去：{why.strerror}"
    usage = shutil.disk_usage(path)
    if usage.free < FREE_LEAST or usage.free / usage.total < FREE_SHARE:
        return f"只剩{_gib(path)}"
    return ""


def _gib(path: Path) -> str:
    return f"{shutil.disk_usage(path).free / (1 << 30):.1f} GiB"
