"""The database: is it there, can it be written, and how soon."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import Connection, update

from ivr.doctor.finding import Finding
from ivr.kernel.errors import StoreAway
from ivr.kernel.units import seconds
from ivr.settings import Settings
from ivr.storage import tables
from ivr.storage.database import Database

LIMIT: Final = seconds(2)
SLOW: Final = 0.5  # seconds; calls no longer wait for it then
MEANWHILE: Final = "来电不受影响，工单和通话记录先存在待传件里，恢复后自动补送"

AWAY: Final = (
    f"检查 HOTLINE_DATABASE 指向的数据库是否在运行；新站点先运行 hotline init。{MEANWHILE}"
)
FULL: Final = f"数据库所在的磁盘满了：清理或扩大它。{MEANWHILE}"
LOCKED: Final = (
    "另一个程序占着数据库的写锁：SQLite 用 fuser 数据库文件 找到它，"
    f"PostgreSQL 查 pg_stat_activity，让它结束。{MEANWHILE}"
)
LATE: Final = f"检查数据库机器的磁盘和负载，以及和它之间的网络。{MEANWHILE}"


async def examine(settings: Settings) -> Finding:
    """Reads, then makes a change that changes nothing."""
    examined = Database(settings.database_url, limit=LIMIT)
    kind = settings.database_url.partition("://")[0]
    try:
        reading = await _reading(examined)
        if reading > SLOW:
            return _sick(f"{kind}，读一次用了{reading:.1f}秒", LATE)
        return await _writing(examined, kind)
    except StoreAway as why:
        return _sick(str(why), FULL if _is_full(why) else AWAY)
    finally:
        await examined.close()


async def _reading(examined: Database) -> float:
    began = time.monotonic()
    await examined.check()
    return time.monotonic() - began


async def _writing(examined: Database, kind: str) -> Finding:
    began = time.monotonic()
    try:
        await examined.change(_change_nothing)
    except StoreAway as why:
        if _is_full(why):
            return _sick(f"{kind}，能读不能写：磁盘满了", FULL)
        return _sick(f"{kind}，能读，{LIMIT:.0f}秒内写不进去", LOCKED)
    took = time.monotonic() - began
    if took > SLOW:
        return _sick(f"{kind}，写一次用了{took:.1f}秒", LATE)
    return Finding("数据库", well=True, detail=f"{kind}，能读能写")


def _change_nothing(connection: Connection) -> None:
    value = tables.counter.c.value
    connection.execute(update(tables.counter).values(value=value))


def _is_full(why: StoreAway) -> bool:
    words = str(why).lower()
    return "full" in words or "no space" in words or "could not extend" in words


def _sick(detail: str, mend: str) -> Finding:
    return Finding("数据库", well=False, detail=detail, mend=mend)
