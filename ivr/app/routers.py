"""A router without a running site: of the table in force when there is one, else of the shipped.

``python -m ivr.app.routers`` learns that of the shipped table, so that a new site has it at once;
set-up does that.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from ivr.app.judging import compile_table, recall
from ivr.settings import Settings
from ivr.tables.compiling import Lesson
from routing.compiled import BadCompilation
from routing.decide import Router
from routing.errors import TableDamaged
from routing.ids import TableVersion
from routing.load import DATA, load_table
from routing.table import Snapshot, from_json, publish

_SHIPPED: Final = TableVersion(1)

Tell = Callable[[str], None]


def open_router(settings: Settings, tell: Tell) -> Router:
    """The router to decide with; `tell` hears in Chinese what takes time."""
    return _router(_in_force(settings) or _shipped(), tell)


def _router(snapshot: Snapshot, tell: Tell) -> Router:
    lesson = Lesson.of(snapshot.table)
    known = recall(lesson.sha256)
    if known is not None:
        try:
            return Router.open(snapshot, known)
        except BadCompilation:
            tell("缓存的分派模型不能用，重新编制。")
    tell("正在由派单目录编制分派模型，只在目录或程序变动后做一次，约需两分钟……")
    return Router.open(snapshot, compile_table(lesson.body))


def _in_force(settings: Settings) -> Snapshot | None:
    try:
        snapshot = from_json(settings.snapshot.read_bytes())
    except (OSError, TableDamaged):
        return None
    return snapshot if snapshot.table.lexicon.matters else None


def _shipped() -> Snapshot:
    return publish(load_table(DATA), _SHIPPED, datetime.now(UTC))


def main() -> int:
    _router(_shipped(), lambda _: None)
    sys.stdout.write("The router of the shipped table has been learned.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
