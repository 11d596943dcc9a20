"""Beats arrive in folders however deep, and a heart knows that it stood still."""

from __future__ import annotations

from datetime import datetime

import pytest

from ivr.guardian.pulse import AT_ONCE, REMEMBERED, STALL, Ear, Pulse
from ivr.kernel.clock import CHINA, ManualClock

NODE = "127.0.0.1:4573"


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 11, 23, 10, 0, tzinfo=CHINA))


@pytest.fixture
def path(tmp_path):
    deep = tmp_path / ("a" * 100)
    deep.mkdir()
    return deep / "guardian.sock"


@pytest.fixture
def pulse(path, clock):
    beating = Pulse(path, NODE, clock)
    yield beating
    beating.close()


@pytest.fixture
def ear(path):
    listening = Ear(path)
    yield listening
    listening.close()


async def test_a_beat_is_heard_once(ear, pulse):
    await pulse.beat()
    assert list(ear.heard()) == [NODE]
    assert list(ear.heard()) == []


async def test_without_a_guardian_a_node_goes_on(pulse):
    await pulse.beat()
    assert not pulse.stalled_within()


async def test_a_guardian_that_comes_back_is_heard_and_one_that_hangs_holds_up_nobody(path, pulse):
    Ear(path).close()
    ear = Ear(path)
    for _ in range(2 * AT_ONCE):
        await pulse.beat()
    assert set(ear.heard()) == {NODE}
    ear.close()


async def test_a_heart_that_stood_still_knows_it_before_and_after_its_next_beat(pulse, clock):
    """What a stopped process wakes up to may come before its own timers."""
    await pulse.beat()
    clock.advance(STALL + 0.1)
    assert pulse.stalled_within()
    await pulse.beat()
    assert pulse.stalled_within()
    for _ in range(int(REMEMBERED) * 2):
        clock.advance(0.5)
        await pulse.beat()
    assert not pulse.stalled_within()
