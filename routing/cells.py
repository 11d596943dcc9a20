"""Reading codes, keys and the like out of a row."""

from __future__ import annotations

import re

from routing.errors import BadHours
from routing.hours import ServiceHours
from routing.ids import AreaCode, LineCode, UnitCode
from routing.rows import Row

MAX_TITLE = 60  # characters as written; what is spoken is bounded more tightly by routing.check
MAX_NUMBER = 24  # digits

LINE = re.compile(r"[A-Z][0-9]{3,5}", re.ASCII)
SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_UNIT = re.compile(r"[A-Z][0-9]{3,5}", re.ASCII)
_AREA = re.compile(r"[0-9]{2,12}", re.ASCII)
_KEY = re.compile(r"[0-9*#]", re.ASCII)
_NUMBER = re.compile(r"[0-9]+(-[0-9]+)*", re.ASCII)


def line_code(row: Row, column: str) -> LineCode:
    return LineCode(row.matching(column, LINE, "字母加数字，如H001"))


def unit_code(row: Row, column: str) -> UnitCode:
    return UnitCode(row.matching(column, _UNIT, "字母加数字，如C001"))


def area_code(row: Row, column: str) -> AreaCode:
    return AreaCode(row.matching(column, _AREA, "2到12位数字"))


def optional_area(row: Row, column: str) -> AreaCode | None:
    return area_code(row, column) if row.optional(column) else None


def slug(row: Row, column: str) -> str:
    return row.matching(column, SLUG, "小写字母、数字和连字符")


def key(row: Row, column: str = "key") -> str:
    return row.matching(column, _KEY, "一个按键")


def title(row: Row, column: str = "title") -> str:
    return row.text(column, MAX_TITLE)


def number(row: Row, column: str = "number") -> str:
    """A telephone number as digits only; hyphens between them may be written."""
    digits = row.matching(column, _NUMBER, "数字，可以用连字符分开").replace("-", "")
    return digits if len(digits) <= MAX_NUMBER else row.bad(column, f"超过{MAX_NUMBER}位")


def hours(row: Row, column: str) -> ServiceHours:
    try:
        return ServiceHours.parse(row.text(column))
    except BadHours as why:
        return row.bad(column, str(why))
