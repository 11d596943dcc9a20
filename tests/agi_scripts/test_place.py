"""The mark on the channel: all that the next process knows of a call."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi_scripts.place import MARK_LIMIT, STEPS_LIMIT, Place, Station, read_mark, write_mark
from ivr.calls.journey import Journey
from ivr.calls.record import Outcome
from ivr.kernel.clock import ManualClock, SystemClock
from ivr.kernel.ids import CallId, PhoneNumber, TicketNumber
from ivr.kernel.units import seconds
from ivr.telephony.call import CallFacts
from routing.ids import LineCode, NodeId, TableVersion

FACTS = CallFacts(CallId("n1-1.0"), PhoneNumber("13804730001"))
NOON = SystemClock().now().replace(hour=12, minute=0, second=0, microsecond=0)


def journey(node="n1", clock=None):
    return Journey(FACTS, TableVersion(1), node, clock or ManualClock(NOON))


def names(resumed):
    return [step.name for step in resumed.record().steps]


def test_the_next_process_knows_the_way_and_when_each_step_was():
    clock = ManualClock(NOON)
    first = journey(clock=clock)
    for name in ("answered", "menu.root", "menu.daily"):
        first.step(name)
        clock.advance(seconds(1.3))
    second = journey("n2", ManualClock(NOON.replace(minute=5)))
    place = read_mark(write_mark(Place(station=Station.OFFER), first), second)
    second.step("resumed")
    assert place.station is Station.OFFER
    assert names(second) == ["answered", "menu.root", "menu.daily", "resumed"]
    assert [step.at for step in second.steps[:3]] == [step.at for step in first.steps]
    assert second.record().began == first.record().began


def test_three_processes_make_one_way():
    one, two, three = journey("n1"), journey("n2"), journey("n3")
    one.step("answered")
    read_mark(write_mark(Place(), one), two)
    two.step("resumed")
    two.step("menu.root")
    place = read_mark(write_mark(Place(turn=1), two), three)
    assert names(three) == ["answered", "resumed", "menu.root"]
    assert place.turn == 2


def test_of_a_long_way_the_latest_part_travels_and_the_mark_stays_small():
    first, second = journey(), journey("n2")
    for number in range(200):
        first.step(f"menu.some-level-{number}")
    first.ticket, first.line = TicketNumber("12345678"), LineCode("H090")
    first.outcome = Outcome.TICKET
    place = Place(path=[NodeId("daily"), NodeId("repair")], kept=None)
    mark = write_mark(place, first)
    assert len(mark) < MARK_LIMIT
    assert read_mark(mark, second) is not None
    assert names(second)[-1] == "menu.some-level-199"
    assert 10 < len(names(second)) < STEPS_LIMIT


@pytest.mark.parametrize(
    "steps", ["", ":", "x", "x:", ":1", "x:-1", "x:1e9", "x:\u0661", "x:" + "9" * 30, "  "]
)
def test_steps_that_can_not_be_read_are_left_out(steps):
    second = journey("n2")
    text = json.dumps({"at": "menu", "began": 0.0, "steps": steps})
    assert read_mark(text, second) is not None
    assert names(second) == []


@given(st.text(max_size=60))
def test_whatever_stands_on_the_channel_a_caller_is_served(text):
    """Somebody else may have set the variable; at worst the caller begins anew."""
    for mark in (text, '{"at":"menu","steps":' + repr(text).replace("'", '"') + "}"):
        place = read_mark(mark, journey("n2"))
        assert place is None or place.turn == 1
