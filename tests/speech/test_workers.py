"""Worker processes: warm, bounded, replaced when they die, never waited for beyond the deadline."""

import asyncio
from array import array
from pathlib import Path

import pytest
from attrs import evolve

from ivr.kernel.heard import OPEN
from ivr.kernel.units import seconds
from ivr.speech.engines import rehearsed
from ivr.speech.recogniser import RecogniserAway, RecogniserBusy, RecogniserLate
from ivr.speech.workers import pool as pools
from ivr.speech.workers.pool import PoolLimits, RecogniserPool
from ivr.speech.workers.process import EngineChoice

REHEARSED = EngineChoice("rehearsed", Path("/nowhere"))
LIMITS = PoolLimits(workers=1, queue=1, deadline=seconds(60))


class Tally:
    def __init__(self):
        self.results = []
        self.depths = []
        self.losses = 0

    def recognised(self, result):
        self.results.append(result)

    def took(self, seconds):
        assert seconds >= 0

    def queued(self, depth):
        self.depths.append(depth)

    def lost(self):
        self.losses += 1


def sound(peak, samples=1600):
    return array("h", [round(peak / 100 * 32768)] * samples).tobytes()


async def ready(pool):
    async with asyncio.timeout(120):
        while not pool._has_worker:  # noqa: ASYNC110 - the process tells in its own time
            await asyncio.sleep(0.02)


@pytest.fixture
async def tally():
    return Tally()


@pytest.fixture
async def pool(tally, monkeypatch):
    monkeypatch.setattr(pools, "FIRST_WAIT", 0.01)
    made = RecogniserPool(REHEARSED, LIMITS, tally)
    made._wait = 0.01
    await made.open()
    await ready(made)
    yield made
    await made.close()


def said(pool, peak, samples=1600):
    recognition = pool.start(OPEN)
    recognition.feed(sound(peak, samples))
    return recognition


async def test_a_pool_hears_and_counts(pool, tally):
    assert pool.is_ready
    heard = await said(pool, rehearsed.SPEAKS).finish()
    assert heard.text == "1600"
    assert tally.results == ["heard"]


async def test_silence_needs_no_worker(pool, tally):
    assert (await said(pool, 0).finish()).is_nothing
    assert tally.depths[-1:] in ([], [0])


async def test_when_the_queue_is_full_the_next_is_refused_at_once(pool):
    running = asyncio.ensure_future(said(pool, rehearsed.SLOW).finish())
    waiting = asyncio.ensure_future(said(pool, rehearsed.SPEAKS).finish())
    third = said(pool, rehearsed.SPEAKS)
    await asyncio.sleep(0)
    assert not pool.is_ready
    with pytest.raises(RecogniserBusy):
        pool.start(OPEN)
    with pytest.raises(RecogniserBusy):
        await third.finish()
    assert (await running).text == (await waiting).text == "1600"
    assert pool.is_ready


async def test_who_waits_too_long_is_told_so_and_the_next_is_heard(pool, tally):
    pool.limits = evolve(LIMITS, deadline=seconds(0.1))
    with pytest.raises(RecogniserLate):
        await said(pool, rehearsed.SLOW).finish()
    pool.limits = LIMITS
    assert (await said(pool, rehearsed.SPEAKS).finish()).text == "1600"
    assert tally.results == ["late", "heard"]


async def test_an_engine_that_fails_fails_one_utterance(pool, tally):
    with pytest.raises(RecogniserAway, match="rehearsed failure"):
        await said(pool, rehearsed.BREAKS).finish()
    assert (await said(pool, rehearsed.SPEAKS).finish()).text == "1600"
    assert tally.results == ["failed", "heard"]


async def test_a_worker_that_dies_is_replaced(pool, tally):
    with pytest.raises(RecogniserAway, match="died"):
        await said(pool, rehearsed.DIES).finish()
    assert not pool.is_ready
    with pytest.raises(RecogniserAway):
        pool.start(OPEN)
    await ready(pool)
    assert (await said(pool, rehearsed.SPEAKS).finish()).text == "1600"
    assert tally.losses == 1


async def test_a_worker_that_hangs_is_killed_and_replaced(pool):
    pool.limits = evolve(LIMITS, longest=seconds(0.2))
    with pytest.raises(RecogniserAway, match="died"):
        await said(pool, rehearsed.HANGS).finish()
    await ready(pool)
    assert pool.is_ready


async def test_a_pause_is_heard_ahead_and_its_answer_used(pool):
    recognition = said(pool, rehearsed.SPEAKS)
    recognition.pause()
    async with asyncio.timeout(60):
        while not recognition.partial:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    recognition.feed(bytes(3200))
    assert recognition.partial == "1600"
    assert (await recognition.finish()).text == "1600"


async def test_what_is_said_after_a_pause_is_heard_too(pool):
    recognition = said(pool, rehearsed.SPEAKS)
    recognition.pause()
    recognition.feed(sound(rehearsed.SPEAKS, 16000))
    assert (await recognition.finish()).text == "17600"


async def test_a_cancelled_utterance_leaves_the_queue(pool):
    running = asyncio.ensure_future(said(pool, rehearsed.SLOW).finish())
    waiting = asyncio.ensure_future(said(pool, rehearsed.SPEAKS).finish())
    await asyncio.sleep(0)
    assert not pool.is_ready
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert pool.is_ready
    await running


async def test_an_engine_that_can_not_be_loaded_leaves_the_site_to_its_keys(tmp_path):
    broken = RecogniserPool(EngineChoice("whisper", tmp_path), LIMITS)
    await broken.open()
    try:
        await asyncio.sleep(0.1)
        assert not broken.is_ready
    finally:
        await broken.close()
