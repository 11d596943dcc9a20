"""Who waits on the line waits a moment once, and then not at all."""

from __future__ import annotations

import asyncio

import pytest

from ivr.kernel.errors import StoreAway
from ivr.kernel.units import seconds
from ivr.storage import store_watch
from ivr.storage.store_watch import StoreWatch

SOON = 60.0  # seconds for what takes none on an idle machine


class Store:
    """Answers, for which there is a minute, or hangs, which is noticed at once."""

    def __init__(self, monkeypatch):
        self.well = asyncio.Event()
        self._set = monkeypatch.setattr
        self.asked = self.looked_at = 0
        self.watch = None
        self.answers()

    def answers(self):
        self.well.set()
        self._waits(SOON)

    def hangs(self):
        self.well.clear()
        self._waits(0.02)

    def _waits(self, limit):
        self._set(store_watch, "ANSWERS", seconds(limit))
        if self.watch is not None:
            self._set(self.watch, "_moment", seconds(limit))

    async def probe(self):
        await self.well.wait()
        self.looked_at += 1

    async def read(self):
        self.asked += 1
        await self.well.wait()
        return "answer"


@pytest.fixture
def store(monkeypatch):
    return Store(monkeypatch)


@pytest.fixture
def told():
    return []


@pytest.fixture
def watch(store, told):
    store.watch = StoreWatch(store.probe, told.append, seconds(SOON))
    return store.watch


async def test_a_store_that_answers_is_asked(watch, store):
    assert await watch.at_once(store.read) == "answer"
    await watch.look()
    assert not watch.away


async def test_one_that_hangs_is_left_after_a_moment(watch, store):
    store.hangs()
    async with asyncio.timeout(SOON):
        with pytest.raises(StoreAway):
            await watch.at_once(store.read)


async def test_once_known_away_nobody_asks_it_any_more(watch, store, told):
    store.hangs()
    await watch.look()
    for ask in (watch.at_once, watch.unless_away):
        with pytest.raises(StoreAway):
            await ask(store.read)
    assert (store.asked, told) == (0, [True])


async def test_it_is_told_once_that_it_went_and_once_that_it_came(watch, store, told):
    store.hangs()
    await watch.look()
    await watch.look()
    store.answers()
    await watch.look()
    await watch.look()
    assert told == [True, False]
    assert await watch.at_once(store.read) == "answer"


async def test_a_caller_who_met_a_slow_answer_has_it_looked_at_without_delay(
    watch, store, told, monkeypatch
):
    monkeypatch.setattr(store_watch, "LOOK", seconds(60))
    keeping = asyncio.create_task(watch.keep())
    while not store.looked_at:  # noqa: ASYNC110 - the watch has no event for it
        await asyncio.sleep(0)
    store.hangs()
    with pytest.raises(StoreAway):
        await watch.at_once(store.read)
    async with asyncio.timeout(SOON):
        while not watch.away:  # noqa: ASYNC110 - the watch has no event for it
            await asyncio.sleep(0.005)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert told == [True]


async def test_what_is_slow_to_be_given_up_holds_nobody_up(watch, store):
    """A connection that hangs takes its time even to be closed."""
    store.hangs()
    let_go = asyncio.Event()

    async def stubborn():
        try:
            await asyncio.Event().wait()
        finally:
            await let_go.wait()

    async with asyncio.timeout(SOON):
        with pytest.raises(StoreAway):
            await watch.at_once(stubborn)
    let_go.set()


async def test_who_is_cancelled_cancels_what_was_asked(watch, store, monkeypatch):
    patient = StoreWatch(store.probe, moment=seconds(60))
    ended = asyncio.Event()

    async def read():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    asking = asyncio.create_task(patient.at_once(read))
    await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with asyncio.timeout(SOON):
        await ended.wait()


async def test_an_error_of_the_work_itself_is_its_own_and_raises_no_doubt(watch, told):
    async def wrong():
        raise KeyError("a defect")

    with pytest.raises(KeyError):
        await watch.at_once(wrong)
    assert told == []
    assert not watch.away
