"""Deadlines in working time, on the real calendar of 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.kernel.clock import CHINA
from ivr.tickets.deadline import CLOSING, LIMITS, Deadlines, HoursLimit, Nature, WorkingDaysLimit
from routing.ids import LineCode


class Published:
    def is_working_day(self, day: date) -> bool:
        return chinese_calendar.is_workday(day)


class NobodyEverWorks:
    def is_working_day(self, day: date) -> bool:
        return day < date.min


DEADLINES = Deadlines(Published())


def china(month, day, hour=10, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("received", "nature", "due"),
    [
        pytest.param(china(2, 13, 16), Nature.HELP, china(2, 25, 17, 30), id="spring festival"),
        pytest.param(china(2, 14, 9), Nature.CONSULTATION, china(2, 24, 17, 30), id="adjusted day"),
        pytest.param(
            china(9, 30, 10), Nature.CONSULTATION, china(10, 8, 17, 30), id="national day"
        ),
        pytest.param(china(10, 3, 10), Nature.HELP, china(10, 12, 17, 30), id="in the holiday"),
        pytest.param(
            china(9, 18, 10), Nature.CONSULTATION, china(9, 20, 17, 30), id="makeup sunday"
        ),
        pytest.param(
            china(9, 20, 10), Nature.CONSULTATION, china(9, 21, 17, 30), id="on that sunday"
        ),
        pytest.param(china(11, 23, 10), Nature.HELP, china(11, 26, 17, 30), id="plain week"),
        pytest.param(china(11, 23, 7), Nature.HELP, china(11, 26, 17, 30), id="before opening"),
        pytest.param(china(11, 23, 17, 30), Nature.HELP, china(11, 27, 17, 30), id="at closing"),
        pytest.param(china(11, 21, 10), Nature.CONSULTATION, china(11, 24, 17, 30), id="saturday"),
        pytest.param(china(11, 23, 10), Nature.COMPLAINT, china(11, 30, 17, 30), id="five days"),
        pytest.param(china(2, 16, 23), Nature.URGENT_UTILITY, china(2, 17, 23), id="natural hours"),
        pytest.param(
            china(12, 31, 23), Nature.DANGER, china(12, 31, 23) + timedelta(hours=2), id="danger"
        ),
    ],
)
def test_due_moment(received, nature, due):
    """Each case is one rule of counting, worked out by hand on the published calendar."""
    assert DEADLINES.due(received, nature) == due


def test_a_moment_in_another_zone_counts_as_the_same_moment():
    received = china(2, 13, 16)
    assert DEADLINES.due(received.astimezone(UTC), Nature.HELP) == DEADLINES.due(
        received, Nature.HELP
    )


moments = st.datetimes(
    datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2026-11-30")
).map(lambda moment: moment.replace(tzinfo=CHINA))


@given(
    moments,
    st.sampled_from([n for n, limit in LIMITS.items() if isinstance(limit, WorkingDaysLimit)]),
)
def test_working_limits_end_at_closing_of_a_working_day_after_the_receipt(received, nature):
    due = DEADLINES.due(received, nature)
    assert due > received
    assert due.time() == CLOSING
    assert chinese_calendar.is_workday(due.date())


@given(moments, moments)
def test_who_comes_later_is_never_due_earlier(one, other):
    first, second = sorted((one, other))
    assert DEADLINES.due(first, Nature.HELP) <= DEADLINES.due(second, Nature.HELP)


def test_limits_and_what_a_line_is_about_are_data():
    deadlines = Deadlines(
        Published(),
        {Nature.REPORT: HoursLimit(48)},
        lambda line: Nature.REPORT if line == "H001" else Nature.SUGGESTION,
    )
    assert deadlines.due_for(LineCode("H001"), china(11, 23)) == china(11, 25)
    assert deadlines.due_for(None, china(11, 23)) == china(11, 26, 17, 30)


def test_who_was_in_danger_is_looked_after_within_two_hours_by_night_too():
    assert DEADLINES.due_for(None, china(11, 22, 3), danger=True) == china(11, 22, 5)


def test_a_calendar_without_working_days_still_gives_the_caller_a_date():
    assert Deadlines(NobodyEverWorks()).due(china(11, 20), Nature.CONSULTATION) == china(
        11, 24, 17, 30
    )
