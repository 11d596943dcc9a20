"""Which days are worked in China: weekdays, holidays, adjusted working weekends (调休)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta, timezone
from enum import Enum
from functools import cached_property
from importlib.metadata import version

from attrs import frozen

CHINA = timezone(timedelta(hours=8), "CST")  # no daylight saving since 1991
SATURDAY = 5


class DayKind(Enum):
    """What an exceptional day is."""

    WORK = "work"  # a weekend day worked in exchange for a holiday
    REST = "rest"  # a day of a published holiday


@frozen
class Day:
    """A day named in a published holiday schedule; `note` is Chinese, `source` says who says so."""

    date: date
    kind: DayKind
    note: str
    source: str


@frozen
class Calendar:
    """The exceptional days; every other day is a plain weekday or weekend day."""

    days: tuple[Day, ...] = ()

    @cached_property
    def _kinds(self) -> dict[date, DayKind]:
        return {day.date: day.kind for day in self.days}

    def is_working_day(self, day: date) -> bool:
        kind = self._kinds.get(day)
        return day.weekday() < SATURDAY if kind is None else kind is DayKind.WORK

    def is_holiday(self, day: date) -> bool:
        """Whether `day` lies in a published holiday; a common Sunday does not."""
        return self._kinds.get(day) is DayKind.REST

    def published(self, year: int) -> bool:
        """Whether the year's schedule is known: every schedule names its New Year's Day."""
        return date(year, 1, 1) in self._kinds

    def provisional(self, day: date) -> bool:
        """Whether what we say of `day` may change once its year's schedule is published."""
        return not self.published(day.year)


def seed(years: Iterable[int]) -> tuple[Day, ...]:
    """The exceptional days of these years, in order; a year not yet published gives none."""
    return tuple(day for year in sorted(set(years)) for day in _published_days(year))


def _published_days(year: int) -> list[Day]:
    import chinese_calendar  # noqa: PLC0415 - only seeding needs it, not a call

    source = f"chinesecalendar {version('chinesecalendar')}"
    found = []
    for day in _days_of(year):
        try:
            rest, name = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:
            return []
        if name is not None:
            found.append(_day(day, chinese_calendar.Holiday(name).chinese, source, rest=rest))
    return found


def _day(day: date, festival: str, source: str, *, rest: bool) -> Day:
    if rest:
        return Day(day, DayKind.REST, festival, source)
    return Day(day, DayKind.WORK, f"{festival}调休上班", source)


def _days_of(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    length = (date(year, 12, 31) - first).days + 1
    return (first + timedelta(days=n) for n in range(length))
