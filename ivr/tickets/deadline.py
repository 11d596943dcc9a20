"""When a ticket is due (办理时限), in working time.

The counting rule: the day of receipt is day 0. A request that comes after closing, or on a day
nobody works, counts as received at the next opening. It is due at closing time of working day N.
Limits in natural hours run through nights and holidays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Final, Protocol, TypeAlias

from attrs import frozen

from ivr.kernel.clock import CHINA
from routing.ids import LineCode

CLOSING: Final = time(17, 30)
LONGEST_BREAK: Final = 30  # days; official breaks end after nine, so a longer one is an error
SATURDAY: Final = 5


class Nature(Enum):
    """What a request is (诉求性质), as far as its time limit goes."""

    CONSULTATION = "consultation"  # 咨询
    HELP = "help"  # 求助
    SUGGESTION = "suggestion"  # 建议
    COMPLAINT = "complaint"  # 投诉
    REPORT = "report"  # 举报
    URGENT_UTILITY = "urgent-utility"  # 水电气热停供
    DANGER = "danger"  # 危及生命财产


@frozen
class WorkingDaysLimit:
    """Due at closing time of this working day, the day of receipt being day 0."""

    days: int


@frozen
class HoursLimit:
    """Due this many hours after receipt, whatever the calendar says."""

    hours: int


Limit: TypeAlias = WorkingDaysLimit | HoursLimit

# Defaults of municipal practice: GB/T 33358 leaves them to the city; the urgent ones are Beijing's.
LIMITS: Final[Mapping[Nature, Limit]] = {
    Nature.CONSULTATION: WorkingDaysLimit(1),
    Nature.HELP: WorkingDaysLimit(3),
    Nature.SUGGESTION: WorkingDaysLimit(5),
    Nature.COMPLAINT: WorkingDaysLimit(5),
    Nature.REPORT: WorkingDaysLimit(5),
    Nature.URGENT_UTILITY: HoursLimit(24),
    Nature.DANGER: HoursLimit(2),
}


class WorkingDays(Protocol):
    """Which days offices work: weekends, holidays and adjusted working days (调休) considered."""

    def is_working_day(self, day: date) -> bool:
        """Answers for any date, from memory."""


NatureOf: TypeAlias = Callable[[LineCode | None], Nature]
"""What a request to this line is by default; None: the caller never said."""


def always_help(_line: LineCode | None) -> Nature:
    """The usual case: somebody wants something done (求助)."""
    return Nature.HELP


class Deadlines:
    """Due moments by one calendar, one set of limits and one default for each line."""

    def __init__(
        self,
        calendar: WorkingDays,
        limits: Mapping[Nature, Limit] = LIMITS,
        nature_of: NatureOf = always_help,
    ) -> None:
        self._calendar = calendar
        self._limits = limits
        self._nature_of = nature_of

    def due_for(
        self, line: LineCode | None, received: datetime, *, danger: bool = False
    ) -> datetime:
        """`due` by what requests to this line are unless somebody is in danger."""
        return self.due(received, Nature.DANGER if danger else self._nature_of(line))

    def due(self, received: datetime, nature: Nature) -> datetime:
        """The moment, in China's time, at which a request received then becomes overdue.

        `received` is aware. A nature without a limit of its own has that of HELP.
        """
        limit = self._limits.get(nature, LIMITS[Nature.HELP])
        moment = received.astimezone(CHINA)
        if isinstance(limit, HoursLimit):
            return moment + timedelta(hours=limit.hours)
        day = self._day_zero(moment)
        for _ in range(limit.days):
            day = self._working_day_after(day)
        return datetime.combine(day, CLOSING, CHINA)

    def _day_zero(self, moment: datetime) -> date:
        day = moment.date()
        if self._calendar.is_working_day(day) and moment.time() < CLOSING:
            return day
        return self._working_day_after(day)

    def _working_day_after(self, day: date) -> date:
        later = [day + timedelta(days=step) for step in range(1, LONGEST_BREAK + 1)]
        for candidate in later:
            if self._calendar.is_working_day(candidate):
                return candidate
        # A calendar that knows no working day for a month is broken; the caller on the line
        # still needs a date, and plain weekdays are the rule for years nobody has published.
        return next(candidate for candidate in later if candidate.weekday() < SATURDAY)
