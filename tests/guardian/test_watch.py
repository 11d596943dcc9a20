"""Who is silent is rescued, at once and for as long as it lasts."""

from __future__ import annotations

from datetime import datetime

import pytest

from ivr.guardian.watch import SILENCE, TABLE, Deed, Health, Order, Sign, Watch
from ivr.kernel.clock import CHINA, ManualClock

A, B = "127.0.0.1:4573", "127.0.0.1:4583"
ALARM = (Order(Deed.WARN, A), Order(Deed.RESCUE, A))


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 11, 23, 10, 0, tzinfo=CHINA))


@pytest.fixture
def watch(clock):
    return Watch([A, B], clock)


def test_beating_nodes_are_left_alone(watch, clock):
    for _ in range(100):
        clock.advance(0.3)
        assert watch.beat(A) + watch.beat(B) + watch.look() == ()


def test_only_the_silent_node_is_rescued_from(watch, clock):
    clock.advance(SILENCE + 0.1)
    watch.beat(B)
    assert watch.look() == ALARM
    assert watch.silent == {A}


def test_a_silent_node_is_looked_after_as_long_as_it_is_silent(watch, clock):
    """Its callers whose operators hang up later are stranded only then."""
    clock.advance(SILENCE + 0.1)
    for _ in range(3):
        watch.beat(B)
        assert watch.look() == ALARM
        clock.advance(0.2)


def test_the_first_beat_clears_a_node_and_further_ones_do_nothing(watch, clock):
    clock.advance(SILENCE + 0.1)
    watch.look()
    assert watch.beat(A) == (Order(Deed.CLEAR, A),)
    assert watch.beat(A) == ()
    assert watch.look() == (Order(Deed.WARN, B), Order(Deed.RESCUE, B))


def test_a_node_that_never_beat_is_given_the_usual_time(watch, clock):
    """A guardian that starts while a node stands still must find that out too."""
    clock.advance(SILENCE)
    assert watch.look() == ()
    clock.advance(0.1)
    assert len(watch.look()) == 4


def test_strangers_are_not_listened_to(watch):
    assert watch.beat("10.0.0.1:1") == ()
    assert watch.beat("\ufffd") == ()


def test_the_table_says_what_follows_on_everything():
    assert set(TABLE) == {(health, sign) for health in Health for sign in Sign}
