"""The brisk histogram tells Prometheus what the ordinary one tells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from ivr.kernel.histogram import FOLD, BriskHistogram

BOUNDS = (0.001, 0.01, 1.0)
TIMES = st.lists(st.sampled_from([0.0, 0.001, 0.0011, 0.01, 0.5, 1.0, 7.0]), max_size=50)


def _told(registry):
    lines = generate_latest(registry).decode().splitlines()
    return [line for line in lines if "_created" not in line]


@given(TIMES, TIMES)
def test_it_says_what_the_clients_own_histogram_says(first, then):
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    brisk = BriskHistogram("turn_seconds", "Turns", BOUNDS)
    ours.register(brisk)
    plain = Histogram("turn_seconds", "Turns", buckets=BOUNDS, registry=theirs)
    for times in (first, then):
        for time in times:
            brisk.observe(time)
            plain.observe(time)
        assert _without_sum(_told(ours)) == _without_sum(_told(theirs))


def test_the_sum_is_of_all_that_was_observed():
    registry = CollectorRegistry()
    brisk = BriskHistogram("turn_seconds", "Turns", BOUNDS)
    registry.register(brisk)
    for _ in range(FOLD + 1):
        brisk.observe(0.5)
    assert f"turn_seconds_sum {(FOLD + 1) * 0.5}" in _told(registry)
    assert f"turn_seconds_count {FOLD + 1}.0" in _told(registry)


def test_what_nobody_asks_for_does_not_grow():
    brisk = BriskHistogram("turn_seconds", "Turns", BOUNDS)
    for _ in range(3 * FOLD):
        brisk.observe(0.5)
        brisk.settle()
    assert len(brisk._fresh) < FOLD


def test_a_few_are_not_counted_one_by_one():
    """Settling after each call must cost nothing as long as there are few."""
    brisk = BriskHistogram("turn_seconds", "Turns", BOUNDS)
    brisk.observe(0.5)
    brisk.settle()
    assert brisk._count == 0


def _without_sum(lines):
    return [line for line in lines if "_sum" not in line]
