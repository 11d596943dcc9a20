"""Counting tries: what every implementation promises, and what holds while Redis is away."""

from __future__ import annotations

from datetime import datetime

import pytest

from ivr.kernel.clock import CHINA, ManualClock, SystemClock
from ivr.kernel.units import seconds
from ivr.storage import memory
from ivr.storage.live_state import open_live_state
from ivr.storage.memory import MemoryTally
from ivr.storage.redis.shared import open_shared

WINDOW = seconds(60)


def open_patient(redis):
    """A node that waits for its Redis, however busy the machine is."""
    return open_shared(redis.url, limit=seconds(20))


@pytest.fixture(params=["memory", "redis"])
async def tally(request):
    if request.param == "memory":
        async with open_live_state("", SystemClock()) as state:
            yield state.tally
        return
    redis = request.getfixturevalue("redis")
    async with open_patient(redis) as shared:
        yield shared.tally


async def test_what_is_counted_is_counted_by_name(tally):
    assert [await tally.add("a", within=WINDOW) for _ in range(3)] == [1, 2, 3]
    assert await tally.add("乌海 \x00\ud800", within=WINDOW) == 1
    assert (await tally.count("a"), await tally.count("nobody")) == (3, 0)


async def test_what_is_forgotten_begins_again(tally):
    await tally.add("a", within=WINDOW)
    await tally.forget("a")
    assert await tally.count("a") == 0
    assert await tally.add("a", within=WINDOW) == 1


async def test_what_is_taken_back_was_not_counted(tally):
    await tally.add("a", within=WINDOW)
    await tally.add("a", within=WINDOW)
    await tally.take_back("a")
    await tally.take_back("nobody")
    assert (await tally.count("a"), await tally.count("nobody")) == (1, 0)
    assert await tally.add("a", within=WINDOW) == 2


async def test_nodes_count_together_and_alone_while_redis_is_away(redis):
    async with open_patient(redis) as one, open_patient(redis) as other:
        await one.tally.add("a", within=WINDOW)
        assert await other.tally.add("a", within=WINDOW) == 2
        redis.stop()
        assert await one.tally.add("a", within=WINDOW) == 2
        assert await one.tally.count("a") == 2
        redis.start()


async def test_a_window_ends_as_a_whole():
    clock = ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=CHINA))
    tally = MemoryTally(clock)
    await tally.add("a", within=WINDOW)
    clock.advance(59)
    await tally.add("a", within=WINDOW)
    clock.advance(1)
    assert await tally.count("a") == 0


async def test_strangers_can_not_fill_the_memory(monkeypatch):
    """Names are what somebody typed: a million of them must not stay."""
    monkeypatch.setattr(memory, "MOST_WINDOWS", 10)
    tally = MemoryTally(ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)))
    for count in range(100):
        await tally.add(str(count), within=WINDOW)
    assert len(tally._windows) <= 10
    assert await tally.count("99") == 1
