from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendar import CHINA, Calendar, seed
from routing.errors import BadHours
from routing.hours import ALWAYS, DAY, ServiceHours
from tests.routing.tables import service_hours

CALENDAR = Calendar(seed([2025, 2026]))
OFFICE = ServiceHours.parse("MO-FR 08:30-12:00 14:30-17:30")
SATURDAYS = ServiceHours.parse("MO-SA 08:30-12:00 14:30-17:30")
DAILY = ServiceHours.parse("MO-SU 08:00-20:00")


def at(month, day, hour=10, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=CHINA)


MINUTES = st.integers(0, 3 * 365 * DAY)
MOMENTS = MINUTES.map(lambda past: datetime(2025, 1, 1, tzinfo=CHINA) + timedelta(minutes=past))


@given(service_hours())
def test_what_is_written_reads_back_the_same(hours):
    assert ServiceHours.parse(str(hours)) == hours


@given(st.text(max_size=60) | st.from_regex(r"MO-(FR|SA|SU)( [0-9:-]{0,12}){0,8}", fullmatch=True))
def test_any_text_is_hours_or_is_refused_by_name(text):
    with suppress(BadHours):
        hours = ServiceHours.parse(text)
        assert ServiceHours.parse(str(hours)) == hours


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24H",
        "MO-FR",
        "MO-FR ",
        "FR-MO 08:00-09:00",
        "MO-FR 8:30-12:00",
        "MO-FR 08:30-25:00",
        "MO-FR 08:60-09:00",
        "MO-FR 12:00-08:30",
        "MO-FR 08:30-08:30",
        "MO-FR 14:30-17:30 08:30-12:00",
        "MO-FR 08:00-12:00 12:00-14:00",
        "MO-FR ０８:30-12:00",
    ],
)
def test_unclear_hours_are_refused(text):
    with pytest.raises(BadHours):
        ServiceHours.parse(text)


def test_24h_is_every_minute_of_every_day():
    assert ServiceHours.parse("24h") is ALWAYS
    assert str(ALWAYS) == "24h"
    assert ALWAYS.is_open(at(2, 17, 3), CALENDAR)


def test_a_span_holds_its_first_minute_and_not_its_last():
    opening = {minute: OFFICE.is_open(at(11, 23, 8, minute), CALENDAR) for minute in (29, 30)}
    assert opening == {29: False, 30: True}
    assert OFFICE.is_open(at(11, 23, 11, 59), CALENDAR)
    assert not OFFICE.is_open(at(11, 23, 12, 0), CALENDAR)


@pytest.mark.parametrize(
    ("day", "office", "saturdays", "daily"),
    [
        ((2, 13), True, True, True),  # Friday
        ((2, 14), True, True, True),  # Saturday, worked for the Spring Festival
        ((2, 17), False, False, True),  # Tuesday, Spring Festival
        ((2, 21), False, False, True),  # Saturday within the Spring Festival
        ((3, 7), False, True, True),  # a common Saturday
        ((3, 8), False, False, True),  # a common Sunday
        ((9, 20), True, True, True),  # Sunday, worked for the National Day
    ],
)
def test_the_chinese_calendar_decides_the_day(day, office, saturdays, daily):
    found = [hours.is_open(at(*day), CALENDAR) for hours in (OFFICE, SATURDAYS, DAILY)]
    assert found == [office, saturdays, daily]


def test_hours_are_china_time_wherever_the_server_stands():
    assert OFFICE.is_open(datetime(2026, 11, 23, 1, 0, tzinfo=UTC), CALENDAR)
    assert not OFFICE.is_open(datetime(2026, 11, 23, 10, 0, tzinfo=UTC), CALENDAR)


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        OFFICE.is_open(datetime(2026, 11, 23, 10, 0), CALENDAR)  # noqa: DTZ001
