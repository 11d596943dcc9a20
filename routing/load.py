"""Reading a folder of CSV files into a routing table.

Only the form of each row is judged here; whether the rows fit together is `routing.check`'s.
"""

from __future__ import annotations

from pathlib import Path

from routing import cells
from routing.chain import Chain
from routing.directory import (
    Area,
    AreaLevel,
    Consolidation,
    Directory,
    Emergency,
    Line,
    NumberKind,
    Unit,
    UnitLevel,
)
from routing.ids import AreaCode, LineCode
from routing.load_lexicon import load_lexicon
from routing.load_menu import load_chains, load_menu
from routing.menu import HUMAN
from routing.rows import Row, read_rows
from routing.table import RoutingTable

DATA = Path(__file__).parent / "data"

UNIT_COLUMNS = ("code", "name", "short_name", "level", "area_code", "category")
LINE_COLUMNS = (
    "code",
    "department_code",
    "title",
    "number",
    "number_kind",
    "consolidation",
    "service_hours",
    "duty",
)
AREA_COLUMNS = ("code", "name", "level", "parent_code")
EMERGENCY_COLUMNS = ("number", "name", "when")


def load_table(folder: Path = DATA) -> RoutingTable:
    """The whole table of a folder, without notices; raises `BadRow`."""
    directory = load_directory(folder)
    chains = load_chains(folder / "chains.csv")
    human = chains.pop(LineCode(HUMAN), ())
    kept = tuple(Chain(line, hops) for line, hops in chains.items())
    menu, lexicon = load_menu(folder, human), load_lexicon(folder)
    return RoutingTable(directory, menu, kept, lexicon=lexicon)


def load_directory(folder: Path = DATA) -> Directory:
    """Units, lines (with their readings), areas and emergency numbers; raises `BadRow`."""
    readings = load_readings(folder / "readings.csv")
    lines = read_rows(folder / "hotlines.csv", LINE_COLUMNS)
    return Directory(
        units=tuple(map(_unit, read_rows(folder / "departments.csv", UNIT_COLUMNS))),
        lines=tuple(_line(row, readings) for row in lines),
        areas=tuple(map(_area, read_rows(folder / "areas.csv", AREA_COLUMNS))),
        emergency=tuple(map(_emergency, read_rows(folder / "emergency.csv", EMERGENCY_COLUMNS))),
    )


def load_readings(path: Path) -> dict[LineCode, str]:
    """How a line's title is spoken where it is not spoken as written."""
    rows = read_rows(path, ("line", "spoken_title"))
    return {cells.line_code(row, "line"): cells.title(row, "spoken_title") for row in rows}


def _unit(row: Row) -> Unit:
    return Unit(
        code=cells.unit_code(row, "code"),
        name=cells.title(row, "name"),
        short_name=cells.title(row, "short_name"),
        level=row.member("level", UnitLevel),
        area=cells.area_code(row, "area_code"),
        category=cells.title(row, "category"),
    )


def _line(row: Row, readings: dict[LineCode, str]) -> Line:
    code = cells.line_code(row, "code")
    title = cells.title(row)
    return Line(
        code=code,
        unit=cells.unit_code(row, "department_code"),
        title=title,
        spoken_title=readings.get(code, title),
        number=cells.number(row),
        number_kind=row.member("number_kind", NumberKind),
        consolidation=row.member("consolidation", Consolidation),
        hours=cells.hours(row, "service_hours"),
        duty=row.text("duty"),
    )


def _area(row: Row) -> Area:
    return Area(
        code=cells.area_code(row, "code"),
        name=cells.title(row, "name"),
        level=row.member("level", AreaLevel),
        parent=cells.optional_area(row, "parent_code") or AreaCode(""),
    )


def _emergency(row: Row) -> Emergency:
    return Emergency(cells.number(row), cells.title(row, "name"), row.text("when"))
