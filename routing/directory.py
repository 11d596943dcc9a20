"""The directory (名录): units, their lines, the areas, and the emergency numbers."""

from __future__ import annotations

from enum import Enum
from functools import cached_property
from typing import TypeVar

from attrs import frozen

from routing.errors import NoSuchEntry
from routing.hours import ServiceHours
from routing.ids import AreaCode, LineCode, UnitCode

MAX_AREA_DEPTH = 6  # city, district, street, community, and room for two more


class UnitLevel(Enum):
    """At which level of government a unit stands."""

    CITY = "city"
    DISTRICT = "district"
    TOWN = "town"


class AreaLevel(Enum):
    """Which kind of division an area is."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"


class NumberKind(Enum):
    """Whether a number may be dialled as it stands."""

    NATIONAL = "national"
    PLACEHOLDER = "placeholder"  # unassignable; to be replaced before use


class Consolidation(Enum):
    """What became of the old number when 114 took over."""

    MERGED = "整体并入"  # withdrawn
    PARALLEL = "双号并行"  # both kept
    BRANCH = "设分中心"  # a branch centre of a vertically managed unit


@frozen
class Unit:
    """A unit (单位). `short_name` is what callers hear."""

    code: UnitCode
    name: str
    short_name: str
    level: UnitLevel
    area: AreaCode
    category: str


@frozen
class Line:
    """A hotline (热线). `number` is digits only; `spoken_title` is plain Chinese for the voice."""

    code: LineCode
    unit: UnitCode
    title: str
    spoken_title: str
    number: str
    number_kind: NumberKind
    consolidation: Consolidation
    hours: ServiceHours
    duty: str


@frozen
class Area:
    """A division; `parent` is '' for the city."""

    code: AreaCode
    name: str
    level: AreaLevel
    parent: AreaCode


@frozen
class Emergency:
    """A number to connect at once, and when."""

    number: str
    name: str
    when: str


class ContactRole(Enum):
    """Who somebody is for a unit or a line."""

    PERSON = "联系人"  # takes what 114 passes on
    LEADER = "分管领导"  # answers for it


@frozen
class Contact:
    """Somebody to speak with at a unit or for a line, whose code is `of`; callers never hear it."""

    of: UnitCode | LineCode
    role: ContactRole
    name: str
    phone: str


@frozen
class Directory:
    """Everything that has a code. A look-up of an unknown code raises `NoSuchEntry`."""

    units: tuple[Unit, ...]
    lines: tuple[Line, ...]
    areas: tuple[Area, ...]
    emergency: tuple[Emergency, ...]
    contacts: tuple[Contact, ...] = ()

    # Names of cached parts begin with "_" so that they never enter the JSON.
    @cached_property
    def _units(self) -> dict[UnitCode, Unit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def _lines(self) -> dict[LineCode, Line]:
        return {line.code: line for line in self.lines}

    @cached_property
    def _areas(self) -> dict[AreaCode, Area]:
        return {area.code: area for area in self.areas}

    def unit(self, code: UnitCode) -> Unit:
        return _found(self._units.get(code), "unit", code)

    def line(self, code: LineCode) -> Line:
        return _found(self._lines.get(code), "line", code)

    def area(self, code: AreaCode) -> Area:
        return _found(self._areas.get(code), "area", code)

    def unit_of(self, code: LineCode) -> Unit:
        """The unit that serves a line."""
        return self.unit(self.line(code).unit)

    def has_unit(self, code: UnitCode) -> bool:
        return code in self._units

    def has_line(self, code: LineCode) -> bool:
        return code in self._lines

    def has_area(self, code: AreaCode) -> bool:
        return code in self._areas

    def area_path(self, code: AreaCode) -> tuple[Area, ...]:
        """The area and what it lies in, widest first; a ring of parents is cut at six."""
        path: list[Area] = []
        while code and len(path) < MAX_AREA_DEPTH:
            path.append(self.area(code))
            code = path[-1].parent
        return tuple(reversed(path))

    def is_within(self, code: AreaCode, wider: AreaCode) -> bool:
        """Whether an area is, or lies in, a wider one."""
        return any(area.code == wider for area in self.area_path(code))


Entry = TypeVar("Entry")


def _found(entry: Entry | None, kind: str, code: str) -> Entry:
    if entry is None:
        raise NoSuchEntry(kind, code)
    return entry
