"""Templates into pages. Everything is escaped; what a template misspells is an error."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from ivr.kernel.clock import CHINA
from ivr.kernel.ids import PhoneNumber, masked
from ivr.people.permissions import ROLE_TITLES, Permission
from ivr.web.words import LEVELS, hours_in_words, what_in_words

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
VENDOR: Final = "vendor/htmx.min.js"
TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
WEEKDAYS: Final = "一二三四五六日"


@cache
def templates() -> Environment:
    """Read once a process; files of `static` get addresses that change with their content."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_in_order,
    )
    environment.globals.update(
        static=_addresses(),
        has_script=(STATIC / VENDOR).is_file(),
        Permission=Permission,
        roles=ROLE_TITLES,
        levels=LEVELS,
    )
    environment.filters.update(
        moment=_moment,
        masked=lambda number: masked(PhoneNumber(number)),
        hours=hours_in_words,
        deed=what_in_words,
    )
    return environment


def render(name: str, words: Mapping[str, Any]) -> str:
    return templates().get_template(name).render(words)


def _in_order(value: Any) -> Any:
    """Without signs that turn what stands behind them round, such as a name's beside it."""
    if isinstance(value, str) and TURNING.search(value):
        return type(value)(TURNING.sub("", value))  # what is escaped already stays so
    return value


def _addresses() -> dict[str, str]:
    files = [path for path in STATIC.rglob("*") if path.is_file()]
    return {name: f"/static/{name}?v={_print(STATIC / name)}" for name in map(_name, files)}


def _name(path: Path) -> str:
    return path.relative_to(STATIC).as_posix()


def _print(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _moment(moment: datetime | None) -> str:
    """2026年11月23日（周一）09:05."""
    if moment is None:
        return "—"
    here = moment.astimezone(CHINA)
    day = f"{here.year}年{here.month}月{here.day}日（周{WEEKDAYS[here.weekday()]}）"
    return f"{day}{here:%H:%M}"
