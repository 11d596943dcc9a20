"""Is every real part well, and what mends it: for the person who looks at three in the morning."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

from attrs import frozen

from ivr.app.manager import connected_manager
from ivr.app.publishing import active_snapshot, sound_folders
from ivr.app.stores import open_stores
from ivr.app.wanted import wanted
from ivr.kernel.clock import SystemClock
from ivr.kernel.errors import HotlineError
from ivr.settings import Settings
from ivr.storage.spool import SpoolFolder
from prompts.check import check
from prompts.sound_library import Library
from routing.load import load_table

FREE_LEAST: Final = 1 << 30  # bytes: half a day of recordings at 160 calls an hour
FREE_SHARE: Final = 0.05
WAIT: Final = 5.0  # seconds for a part to answer
CLOCK_SLIP: Final = 5.0  # seconds between our clock and the switch's
BUILT: Final = datetime(2026, 11, 1, tzinfo=UTC)  # no machine that runs this is older


@frozen
class Finding:
    """One part: whether it is well, what was seen, and how to mend it (in Chinese)."""

    part: str
    well: bool
    detail: str
    mend: str = ""


Examination = Callable[[Settings], Awaitable[Finding]]


async def examine(settings: Settings) -> tuple[Finding, ...]:
    """Every part in the order in which a call needs them. Never raises for a sick part."""
    return tuple([await _bounded(name, look, settings) for name, look in EXAMINATIONS])


async def _bounded(part: str, look: Examination, settings: Settings) -> Finding:
    try:
        async with asyncio.timeout(WAIT):
            return await look(settings)
    except TimeoutError:
        return Finding(part, well=False, detail=f"{WAIT:.0f}秒内没有回答", mend=MENDS[part])
    except (HotlineError, OSError) as why:
        return Finding(part, well=False, detail=str(why), mend=MENDS[part])


async def _database(settings: Settings) -> Finding:
    async with open_stores(settings, SystemClock()) as stores:
        await stores.database.check()
    return Finding("数据库", well=True, detail=settings.database_url.partition("://")[0])


async def _redis(settings: Settings) -> Finding:
    if not settings.redis:
        return Finding("Redis", well=True, detail="没有配置，使用进程内存储")
    host, port = _address(settings.redis)
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"PING\r\n")
    answer = await reader.readline()
    writer.close()
    well = answer.startswith((b"+PONG", b"-NOAUTH"))
    return Finding("Redis", well, answer.decode("ascii", "replace").strip(), MENDS["Redis"])


def _address(url: str) -> tuple[str, int]:
    host, _, port = url.rpartition("@")[2].partition("://")[2].partition("/")[0].partition(":")
    return host or "127.0.0.1", int(port or 6379)


async def _table(settings: Settings) -> Finding:
    async with open_stores(settings, SystemClock()) as stores:
        snapshot = await active_snapshot(stores)
    if snapshot is None:
        return Finding("派单目录", well=False, detail="还没有发布", mend=MENDS["派单目录"])
    on_disk = settings.snapshot.exists() and settings.standby.exists()
    detail = f"第{snapshot.number}版" + ("" if on_disk else "，但备用文件不在")
    return Finding("派单目录", on_disk, detail, MENDS["派单目录"])


async def _manager(settings: Settings) -> Finding:
    async with connected_manager(settings) as manager:
        await manager.action("Ping")
    return Finding("Asterisk管理接口", well=True, detail=f"{settings.ami.host}:{settings.ami.port}")


async def _fastagi(settings: Settings) -> Finding:
    where = f"{settings.agi.host}:{settings.agi.port}"
    _, writer = await asyncio.open_connection(settings.agi.host, settings.agi.port)
    writer.close()
    return Finding("FastAGI端口", well=True, detail=where)


async def _prompts(settings: Settings) -> Finding:
    sounds = wanted(load_table())
    problems = await asyncio.to_thread(check, sounds, Library(sound_folders(settings)))
    detail = f"{len(sounds)}句，{len(problems)}处问题"
    return Finding("提示音", not problems, detail, MENDS["提示音"])


async def _spool(settings: Settings) -> Finding:
    folder = SpoolFolder(settings.spool)
    depth, bad = folder.depth, len(folder.bad)
    return Finding("待传件", not bad, f"{depth}件等待，{bad}件损坏", MENDS["待传件"])


async def _disk(settings: Settings) -> Finding:
    usage = shutil.disk_usage(settings.home)
    well = usage.free >= FREE_LEAST and usage.free / usage.total >= FREE_SHARE
    return Finding("磁盘", well, f"剩余{usage.free / (1 << 30):.1f} GiB", MENDS["磁盘"])


async def _clock(settings: Settings) -> Finding:
    """Our clock against the switch's, and against the day this was built."""
    now = datetime.now(UTC)
    if now < BUILT:
        return Finding("时钟", well=False, detail=f"{now:%Y-%m-%d %H:%M}", mend=MENDS["时钟"])
    async with connected_manager(settings) as manager:
        reply = await manager.action("Ping")
    slip = abs(float(reply.get("Timestamp") or 0) - datetime.now(UTC).timestamp())
    return Finding("时钟", slip < CLOCK_SLIP, f"与交换机相差{slip:.1f}秒", MENDS["时钟"])


EXAMINATIONS: Final[tuple[tuple[str, Examination], ...]] = (
    ("数据库", _database),
    ("Redis", _redis),
    ("派单目录", _table),
    ("Asterisk管理接口", _manager),
    ("FastAGI端口", _fastagi),
    ("提示音", _prompts),
    ("待传件", _spool),
    ("磁盘", _disk),
    ("时钟", _clock),
)

MENDS: Final = {
    "数据库": "检查 HOTLINE_DATABASE 指向的数据库是否在运行；新站点先运行 hotline init",
    "Redis": "检查 HOTLINE_REDIS 指向的 Redis 是否在运行；去掉这项配置则用进程内存储",
    "派单目录": "运行 hotline init，或 hotline table publish 文件夹",
    "Asterisk管理接口": "检查 Asterisk 是否在运行，口令与 var/secrets/ami__secret 是否一致",
    "FastAGI端口": "服务没有运行：hotline serve；来电此时由备用脚本接听",
    "提示音": "运行 hotline prompts check 查看是哪几句，再运行 hotline prompts render",
    "待传件": "查看 var/spool/bad 里的文件和旁边的原因，改好后移回 var/spool",
    "磁盘": "清理旧录音，或把 HOTLINE_HOME 移到更大的磁盘",
    "时钟": "检查 NTP（timedatectl）；工单时限按时钟计算",
}
