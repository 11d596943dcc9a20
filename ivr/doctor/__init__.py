"""Is every real part well, and what mends it: for the person who looks at three in the morning."""

from __future__ import annotations

import asyncio
from typing import Final

from ivr.doctor import database, disks, lately, parts, speech
from ivr.doctor.finding import Examination, Finding
from ivr.kernel.errors import HotlineError
from ivr.settings import Settings

WAIT: Final = 5.0  # seconds for a part to answer

__all__ = ["Finding", "examine"]


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


EXAMINATIONS: Final[tuple[tuple[str, Examination], ...]] = (
    ("数据库", database.examine),
    ("Redis", parts.redis),
    ("派单目录", parts.table),
    ("Asterisk管理接口", parts.manager),
    ("FastAGI端口", parts.fastagi),
    ("提示音", parts.prompts),
    ("语音识别", speech.recogniser),
    ("短答识别", speech.short_answers),
    ("待传件", disks.waiting),
    ("磁盘", disks.room),
    ("时钟", parts.clock),
    ("近来的故障", lately.examine),
)

MENDS: Final = {
    **parts.MENDS,
    "数据库": "检查 HOTLINE_DATABASE 指向的数据库是否在运行；新站点先运行 hotline init",
    "待传件": "检查 HOTLINE_HOME 里的 spool 文件夹能不能读写",
    "语音识别": speech.MEND,
    "短答识别": speech.MEND_SHORT_ANSWERS,
    "磁盘": "检查 HOTLINE_HOME 在不在、能不能读写",
    "近来的故障": "服务的网页端口不回答：查看服务的日志，必要时重启 hotline serve",
}
