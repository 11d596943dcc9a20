"""The parts that are asked, each in its own tongue."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

from ivr.app.manager import connected_manager
from ivr.app.publishing import active_snapshot, sound_folders
from ivr.app.stores import open_stores
from ivr.app.wanted import wanted
from ivr.doctor.finding import Finding
from ivr.kernel.clock import SystemClock
from ivr.settings import Settings
from prompts.check import check
from prompts.sound_library import Library
from routing.load import load_table

CLOCK_SLIP: Final = 5.0  # seconds between our clock and the switch's
BUILT: Final = datetime(2026, 11, 1, tzinfo=UTC)  # no machine that runs this is older


async def redis(settings: Settings) -> Finding:
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


async def table(settings: Settings) -> Finding:
    async with open_stores(settings, SystemClock()) as stores:
        snapshot = await active_snapshot(stores)
    if snapshot is None:
        return Finding("派单目录", well=False, detail="还没有发布", mend=MENDS["派单目录"])
    on_disk = settings.snapshot.exists() and settings.standby.exists()
    detail = f"第{snapshot.number}版" + ("" if on_disk else "，但备用文件不在")
    return Finding("派单目录", on_disk, detail, MENDS["派单目录"])


async def manager(settings: Settings) -> Finding:
    async with connected_manager(settings) as manager:
        await manager.action("Ping")
    return Finding("Asterisk管理接口", well=True, detail=f"{settings.ami.host}:{settings.ami.port}")


async def fastagi(settings: Settings) -> Finding:
    where = f"{settings.agi.host}:{settings.agi.port}"
    _, writer = await asyncio.open_connection(settings.agi.host, settings.agi.port)
    writer.close()
    return Finding("FastAGI端口", well=True, detail=where)


async def prompts(settings: Settings) -> Finding:
    sounds = wanted(load_table())
    problems = await asyncio.to_thread(check, sounds, Library(sound_folders(settings)))
    detail = f"{len(sounds)}句，{len(problems)}处问题"
    return Finding("提示音", not problems, detail, MENDS["提示音"])


async def clock(settings: Settings) -> Finding:
    """Our clock against the switch's, and against the day this was built."""
    now = datetime.now(UTC)
    if now < BUILT:
        return Finding("时钟", well=False, detail=f"{now:%Y-%m-%d %H:%M}", mend=MENDS["时钟"])
    async with connected_manager(settings) as manager:
        reply = await manager.action("Ping")
    slip = abs(float(reply.get("Timestamp") or 0) - datetime.now(UTC).timestamp())
    return Finding("时钟", slip < CLOCK_SLIP, f"与交换机相差{slip:.1f}秒", MENDS["时钟"])


MENDS: Final = {
    "Redis": "检查 HOTLINE_REDIS 指向的 Redis 是否在运行；去掉这项配置则用进程内存储",
    "派单目录": "运行 hotline init，或 hotline table publish 文件夹",
    "Asterisk管理接口": "检查 Asterisk 是否在运行，口令与 var/secrets/ami__secret 是否一致",
    "FastAGI端口": "服务没有运行：hotline serve；来电此时由备用脚本接听",
    "提示音": "运行 hotline prompts check 查看是哪几句，再运行 hotline prompts render",
    "时钟": "检查 NTP（timedatectl）；工单时限按时钟计算",
}
