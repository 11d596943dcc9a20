"""The exceptional days of the working calendar, editable by year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import RowMapping, delete, select

from ivr.kernel.clock import Clock
from ivr.kernel.errors import HotlineError
from ivr.storage import tables
from ivr.storage.database import Database
from ivr.storage.events import News, note
from ivr.storage.rows import columns
from routing.calendar import Day, DayKind

_DAY = tables.calendar_day


class WrongYear(HotlineError):
    """A day was given that is not in the year to be replaced, or was given twice."""

    id = "wrong-year"

    def __init__(self, year: int, day: date) -> None:
        super().__init__(f"{day} is not in {year}, or stands there twice")
        self.year, self.day = year, day


class SqlCalendar:
    """Every method raises `StoreAway` when the database is out of reach."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self) -> tuple[Day, ...]:
        """Every day that is kept, in order: `Calendar(days)`."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(_DAY).order_by(_DAY.c.date))).mappings()
            return tuple(_day(row) for row in rows)

    async def replace_year(self, year: int, days: Iterable[Day]) -> None:
        """The year's days are these and no others. Raises `WrongYear`, changing nothing."""
        rows = _checked(year, days)
        in_year = _DAY.c.date.between(date(year, 1, 1), date(year, 12, 31))
        async with self._database.writing() as connection:
            await connection.execute(delete(_DAY).where(in_year))
            if rows:
                await connection.execute(_DAY.insert(), [columns(day) for day in rows])
            body = {"days": len(rows)}
            await note(connection, News(self._clock.now(), "calendar.replaced", str(year), body))


def _checked(year: int, days: Iterable[Day]) -> list[Day]:
    by_date: dict[date, Day] = {}
    for day in days:
        if day.date.year != year or day.date in by_date:
            raise WrongYear(year, day.date)
        by_date[day.date] = day
    return list(by_date.values())


def _day(row: RowMapping) -> Day:
    return Day(**{**row, "kind": DayKind(row["kind"])})
