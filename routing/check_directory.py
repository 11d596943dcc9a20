"""Rules for the directory: codes are unique, what is named exists, numbers and names are usable."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from routing.directory import MAX_AREA_DEPTH, Area, Directory, NumberKind
from routing.ids import AreaCode, LineCode, UnitCode
from routing.problem import Problem, problem
from routing.spoken import Title, unspeakable
from routing.table import RoutingTable

SERVED = 60  # minutes of a day; a line served for less is a typing error, or as good as closed

_DIGITS = re.compile(r"[0-9]+", re.ASCII)


def codes_are_unique(table: RoutingTable) -> Iterator[Problem]:
    for kind, codes in _codes(table.directory):
        for code in twice(codes):
            yield problem("code-twice", code, kind=kind)


def twice(codes: Iterable[str]) -> list[str]:
    """What occurs more than once, in order of first occurrence."""
    return [code for code, count in Counter(codes).items() if count > 1]


def units_exist(table: RoutingTable) -> Iterator[Problem]:
    for line in table.directory.lines:
        if not table.directory.has_unit(line.unit):
            yield problem("unit-missing", line.code, unit=line.unit)


def areas_exist(table: RoutingTable) -> Iterator[Problem]:
    directory = table.directory
    for unit in directory.units:
        if not directory.has_area(unit.area):
            yield problem("area-missing", unit.code, kind="单位", area=unit.area)
    for area in directory.areas:
        if area.parent and not directory.has_area(area.parent):
            yield problem("area-missing", area.code, kind="区域", area=area.parent)


def areas_form_a_tree(table: RoutingTable) -> Iterator[Problem]:
    parents = {area.code: area.parent for area in table.directory.areas}
    for area in table.directory.areas:
        if not _reaches_top(area, parents):
            yield problem("area-ring", area.code)


def _reaches_top(area: Area, parents: dict[AreaCode, AreaCode]) -> bool:
    above: AreaCode | None = area.code
    for _ in range(MAX_AREA_DEPTH):
        above = parents.get(above) if above else None
    return not above


def numbers_are_digits(table: RoutingTable) -> Iterator[Problem]:
    for line in table.directory.lines:
        if not _DIGITS.fullmatch(line.number):
            yield problem("number-not-digits", line.code, kind="热线", number=line.number)
    for emergency in table.directory.emergency:
        if not _DIGITS.fullmatch(emergency.number):
            place, number = emergency.name, emergency.number
            yield problem("number-not-digits", place, kind="紧急号码", number=number)


def names_can_be_spoken(table: RoutingTable) -> Iterator[Problem]:
    for line in table.directory.lines:
        yield from unspeakable(Title("热线", line.code, line.spoken_title))
    for unit in table.directory.units:
        yield from unspeakable(Title("单位", unit.code, unit.short_name))


def contacts_belong_somewhere(table: RoutingTable) -> Iterator[Problem]:
    directory = table.directory
    for contact in directory.contacts:
        if not (
            directory.has_unit(UnitCode(contact.of)) or directory.has_line(LineCode(contact.of))
        ):
            yield problem("contact-of-missing", contact.of, name=contact.name)


def numbers_can_be_dialled(table: RoutingTable) -> Iterator[Problem]:
    """All lines whose number stands for one that is not known yet, as one doubt."""
    held = [line for line in table.directory.lines if line.number_kind is NumberKind.PLACEHOLDER]
    if held:
        first = "、".join(line.title for line in held[:5])
        yield problem("number-placeholder", first, count=len(held))


def lines_are_served(table: RoutingTable) -> Iterator[Problem]:
    for line in table.directory.lines:
        minutes = sum(span.closes - span.opens for span in line.hours.spans)
        if minutes < SERVED:
            yield problem("hours-too-short", line.code, title=line.title, hours=line.hours)


def _codes(directory: Directory) -> Iterator[tuple[str, list[str]]]:
    yield "单位", [unit.code for unit in directory.units]
    yield "热线", [line.code for line in directory.lines]
    yield "区域", [area.code for area in directory.areas]
    yield "紧急", [emergency.number for emergency in directory.emergency]


DIRECTORY_RULES = (
    codes_are_unique,
    units_exist,
    areas_exist,
    areas_form_a_tree,
    numbers_are_digits,
    names_can_be_spoken,
    contacts_belong_somewhere,
)
DIRECTORY_DOUBTS = (numbers_can_be_dialled, lines_are_served)
