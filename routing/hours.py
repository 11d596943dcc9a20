"""When a line is served: ``24h``, or a day range and the times within a day."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import Enum
from itertools import pairwise

from attrs import Attribute, field, frozen

from routing.calendar import CHINA, SATURDAY, Calendar
from routing.errors import BadHours

MAX_SPANS = 6  # a day with more openings is a typing error
DAY = 24 * 60  # minutes

_SPAN = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})", re.ASCII)


class Days(Enum):
    """On which days a line is served."""

    WORKING = "MO-FR"  # the Chinese working calendar decides, not the weekday
    MOST = "MO-SA"  # working days and Saturdays, not statutory holidays
    EVERY = "MO-SU"


@frozen(order=True)
class Span:
    """Minutes of a day, China time: open at `opens`, closed at `closes`."""

    opens: int
    closes: int

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= DAY:
            raise BadHours("时间段须在同一天内，结束时间晚于开始时间")

    def __str__(self) -> str:
        return f"{_clock(self.opens)}-{_clock(self.closes)}"

    @classmethod
    def parse(cls, text: str) -> Span:
        found = _SPAN.fullmatch(text)
        if found is None:
            raise BadHours(f"“{text[:20]}”不是时间段，应写成 08:30-12:00")
        hour, minute, end_hour, end_minute = map(int, found.groups())
        if max(minute, end_minute) > 59:
            raise BadHours(f"“{text}”的分钟数超过59")
        return cls(hour * 60 + minute, end_hour * 60 + end_minute)


WHOLE_DAY = Span(0, DAY)


def _apart(_: object, __: Attribute[tuple[Span, ...]], spans: tuple[Span, ...]) -> None:
    if not 1 <= len(spans) <= MAX_SPANS:
        raise BadHours(f"一天须有1到{MAX_SPANS}个时间段")
    if any(later.opens <= earlier.closes for earlier, later in pairwise(spans)):
        raise BadHours("时间段须按先后排列，不得相接或重叠")


@frozen
class ServiceHours:
    """Days and spans in order, apart from each other. `str` gives back what `parse` reads."""

    days: Days
    spans: tuple[Span, ...] = field(validator=_apart)

    @classmethod
    def parse(cls, text: str) -> ServiceHours:
        """Read ``24h`` or ``MO-FR 08:30-12:00 14:30-17:30``; raises `BadHours`."""
        if text == "24h":
            return ALWAYS
        days, _, spans = text.partition(" ")
        if days not in {known.value for known in Days}:
            raise BadHours("服务时间应写成 24h，或以 MO-FR、MO-SA、MO-SU 开头")
        return cls(Days(days), tuple(Span.parse(span) for span in spans.split()))

    def __str__(self) -> str:
        if self == ALWAYS:
            return "24h"
        return " ".join((self.days.value, *map(str, self.spans)))

    @property
    def always(self) -> bool:
        return self == ALWAYS

    def is_open(self, at: datetime, calendar: Calendar) -> bool:
        """Whether the line is served at `at`, an aware moment."""
        here = _in_china(at)
        minute = here.hour * 60 + here.minute
        return self.serves(here.date(), calendar) and any(
            span.opens <= minute < span.closes for span in self.spans
        )

    def serves(self, day: date, calendar: Calendar) -> bool:
        """Whether the line is served at all on this day."""
        if self.days is Days.EVERY:
            return True
        if calendar.is_working_day(day):
            return True
        return self.days is Days.MOST and day.weekday() == SATURDAY and not calendar.is_holiday(day)


ALWAYS = ServiceHours(Days.EVERY, (WHOLE_DAY,))


def _in_china(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("opening hours need an aware moment")
    return at.astimezone(CHINA)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
