"""A router without a running site: of the table in force when there is one, else of the shipped.

Compiling takes a while, so what it gives is kept in the user's cache by the hash of table and
programs; a cache that can not be read or written costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ivr.kernel.files import replace_file
from ivr.settings import Settings
from routing.compiled import BadCompilation
from routing.decide import Router
from routing.errors import TableDamaged
from routing.ids import TableVersion
from routing.learn import compile_router, recipe
from routing.load import DATA, load_table
from routing.table import Snapshot, from_json, publish

_SHIPPED: Final = TableVersion(1)
_KEPT: Final = 4  # compiled routers in the cache; older ones go

Tell = Callable[[str], None]


def open_router(settings: Settings, tell: Tell) -> Router:
    """The router to decide with; `tell` hears in Chinese what takes time."""
    snapshot = _in_force(settings) or _shipped()
    name = hashlib.sha256(f"{snapshot.sha256} {recipe()}".encode()).hexdigest()
    path = cache() / f"{name[:32]}.router"
    with suppress(OSError, BadCompilation):
        return Router.open(snapshot, path.read_bytes())
    tell("正在由派单目录编制分派模型，只在目录或程序变动后做一次，约需半分钟……")
    compiled = compile_router(snapshot.table)
    with suppress(OSError):
        _keep(path, compiled)
    return Router.open(snapshot, compiled)


def cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "hotline114" / "routers"


def _in_force(settings: Settings) -> Snapshot | None:
    try:
        snapshot = from_json(settings.snapshot.read_bytes())
    except (OSError, TableDamaged):
        return None
    return snapshot if snapshot.table.lexicon.matters else None


def _shipped() -> Snapshot:
    return publish(load_table(DATA), _SHIPPED, datetime.now(UTC))


def _keep(path: Path, compiled: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, compiled)
    known = sorted(path.parent.glob("*.router"), key=lambda each: each.stat().st_mtime)
    for old in known[:-_KEPT]:
        old.unlink(missing_ok=True)
