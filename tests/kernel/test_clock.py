"""A clock that is set is noticed, and a clock that is kept right is not."""

from __future__ import annotations

from datetime import datetime

import pytest

from ivr.kernel.clock import CHINA, ClockWatch, ManualClock

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=CHINA)


@pytest.mark.parametrize("step", [3600.0, -3600.0, -1.0])
def test_a_step_is_told_once_with_its_direction(step):
    clock = ManualClock(NOON)
    watch = ClockWatch(clock)
    clock.advance(1)
    clock.set_by(step)
    assert watch.step() == pytest.approx(step)
    clock.advance(1)
    assert watch.step() == 0.0


@pytest.mark.parametrize("drift", [0.0, 0.5, -0.5])
def test_time_that_passes_and_small_corrections_are_no_step(drift):
    clock = ManualClock(NOON)
    watch = ClockWatch(clock)
    clock.advance(3600)
    clock.set_by(drift)
    assert watch.step() == 0.0
