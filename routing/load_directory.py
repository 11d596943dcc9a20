"""Rows of the directory's sheets as values, and back."""

from __future__ import annotations

import re
from datetime import datetime

from attrs import frozen

from routing import cells
from routing.calendar import CHINA
from routing.directory import (
    Area,
    AreaLevel,
    Consolidation,
    Contact,
    ContactRole,
    Emergency,
    Line,
    NumberKind,
    Unit,
    UnitLevel,
)
from routing.ids import AreaCode, LineCode
from routing.rows import Row
from routing.table import Notice

Written = dict[str, str]

MAX_NAME = 20  # characters of a person's name
_MOMENT = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d\d)(?::(\d\d)(\.\d{1,6})?)?"
)


def unit(row: Row) -> Unit:
    return Unit(
        code=cells.unit_code(row, "code"),
        name=cells.title(row, "name"),
        short_name=cells.title(row, "short_name"),
        level=row.member("level", UnitLevel),
        area=cells.area_code(row, "area_code"),
        category=cells.title(row, "category"),
    )


def unit_cells(value: Unit) -> Written:
    return {
        "code": value.code,
        "name": value.name,
        "short_name": value.short_name,
        "level": value.level.value,
        "area_code": value.area,
        "category": value.category,
    }


def line(row: Row) -> Line:
    """The line, spoken as written; `reading` says where it is not."""
    title = cells.title(row)
    return Line(
        code=cells.line_code(row, "code"),
        unit=cells.unit_code(row, "department_code"),
        title=title,
        spoken_title=title,
        number=cells.number(row),
        number_kind=row.member("number_kind", NumberKind),
        consolidation=row.member("consolidation", Consolidation),
        hours=cells.hours(row, "service_hours"),
        duty=row.text("duty"),
    )


def line_cells(value: Line) -> Written:
    return {
        "code": value.code,
        "department_code": value.unit,
        "title": value.title,
        "number": value.number,
        "number_kind": value.number_kind.value,
        "consolidation": value.consolidation.value,
        "service_hours": str(value.hours),
        "duty": value.duty,
    }


@frozen
class Reading:
    """How a line's title is spoken where it is not spoken as written."""

    line: LineCode
    spoken_title: str


def reading(row: Row) -> Reading:
    return Reading(cells.line_code(row, "line"), cells.title(row, "spoken_title"))


def reading_cells(value: Reading) -> Written:
    return {"line": value.line, "spoken_title": value.spoken_title}


def contact(row: Row) -> Contact:
    return Contact(
        of=cells.line_code(row, "code"),
        role=row.member("role", ContactRole),
        name=row.text("name", MAX_NAME),
        phone=cells.number(row, "phone"),
    )


def contact_cells(value: Contact) -> Written:
    return {
        "code": value.of,
        "role": value.role.value,
        "name": value.name,
        "phone": value.phone,
    }


def area(row: Row) -> Area:
    return Area(
        code=cells.area_code(row, "code"),
        name=cells.title(row, "name"),
        level=row.member("level", AreaLevel),
        parent=cells.optional_area(row, "parent_code") or AreaCode(""),
    )


def area_cells(value: Area) -> Written:
    return {
        "code": value.code,
        "name": value.name,
        "level": value.level.value,
        "parent_code": value.parent,
    }


def emergency(row: Row) -> Emergency:
    return Emergency(cells.number(row), cells.title(row, "name"), row.text("when"))


def emergency_cells(value: Emergency) -> Written:
    return {"number": value.number, "name": value.name, "when": value.when}


def notice(row: Row) -> Notice:
    return Notice(
        area=cells.optional_area(row, "area_code"),
        text=row.text("text"),
        since=_moment(row, "since"),
        until=_moment(row, "until"),
    )


def notice_cells(value: Notice) -> Written:
    return {
        "area_code": value.area or "",
        "text": value.text,
        "since": _written(value.since),
        "until": _written(value.until),
    }


def _moment(row: Row, column: str) -> datetime:
    """China's time, as people and spreadsheets write it."""
    found = _MOMENT.fullmatch(row.text(column))
    if found is None:
        row.bad(column, "应写成 2026-11-23 08:30")
    *numbers, fraction = found.groups(default="0")
    micro = round(float(fraction) * 1_000_000)
    try:
        return datetime(*map(int, numbers), micro, tzinfo=CHINA)  # type: ignore[arg-type,misc]
    except ValueError:
        return row.bad(column, "没有这个日期或时间")


def _written(moment: datetime) -> str:
    here = moment.astimezone(CHINA).replace(tzinfo=None)
    exact = here.second or here.microsecond
    return here.isoformat(" ") if exact else here.isoformat(" ", "minutes")
