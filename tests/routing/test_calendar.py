from datetime import date, timedelta

import holidays
import pytest

from routing.calendar import Calendar, Day, DayKind, seed

KNOWN = range(2007, 2027)


@pytest.fixture(scope="module")
def calendar():
    return Calendar(seed(KNOWN))


def days_of(years):
    first = date(years[0], 1, 1)
    return [first + timedelta(days=n) for n in range((date(years[-1], 12, 31) - first).days + 1)]


def test_working_days_agree_with_an_independent_library(calendar):
    """Two libraries that share no data give the same answer for each of the 7,305 days."""
    china = holidays.country_holidays("CN", years=KNOWN)
    days = days_of(KNOWN)
    differing = [day for day in days if calendar.is_working_day(day) != china.is_working_day(day)]
    assert len(days) == 7305
    assert differing == []


def test_working_weekends_of_2026_are_worked(calendar):
    named = [day for day in calendar.days if day.date.year == 2026 and day.kind is DayKind.WORK]
    expected = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
    assert [(day.date.month, day.date.day) for day in named] == expected
    assert all(calendar.is_working_day(day.date) for day in named)


def test_a_weekend_is_no_holiday_and_a_festival_is(calendar):
    assert not calendar.is_holiday(date(2026, 3, 1))
    assert not calendar.is_working_day(date(2026, 3, 1))
    assert calendar.is_holiday(date(2026, 2, 17))
    assert calendar.is_holiday(date(2026, 2, 21))  # a Saturday within the Spring Festival


def test_every_known_year_counts_as_published(calendar):
    assert all(calendar.published(year) for year in KNOWN)
    assert not calendar.provisional(date(2026, 12, 31))


def test_an_unpublished_year_is_plain_weekdays_and_says_so():
    calendar = Calendar(seed([2026, 2027]))
    assert not calendar.published(2027)
    assert calendar.provisional(date(2027, 2, 8))
    days = days_of(range(2027, 2028))
    assert all(calendar.is_working_day(day) == (day.weekday() < 5) for day in days)
    assert not any(calendar.is_holiday(day) for day in days)


def test_seed_names_the_festival_in_chinese_and_its_source():
    (found,) = [day for day in seed([2026]) if day.date == date(2026, 2, 14)]
    assert found.note == "春节调休上班"
    assert found.source.startswith("chinesecalendar 1.")


def test_seed_is_in_order_and_names_no_day_twice():
    days = [day.date for day in seed([2026, 2025, 2026])]
    assert days == sorted(set(days))


def test_an_administrators_day_wins_over_the_weekday():
    extra = Day(date(2027, 1, 1), DayKind.REST, "元旦", "人工录入")
    calendar = Calendar((extra,))
    assert not calendar.is_working_day(date(2027, 1, 1))
    assert calendar.published(2027)
