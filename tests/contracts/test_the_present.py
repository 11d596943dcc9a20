"""Presence, live calls, locks and notices: what every implementation promises."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from attrs import evolve

from ivr.calls.live import LiveCall, Understood
from ivr.desk.presence import OperatorPresence, OperatorState
from ivr.kernel.clock import CHINA, SystemClock
from ivr.kernel.fanout import BACKLOG, Topic
from ivr.kernel.ids import CallId, OperatorId, PhoneNumber
from ivr.kernel.locks import LockBusy
from ivr.kernel.units import seconds
from ivr.storage.live_state import open_live_state
from ivr.storage.redis.shared import open_shared
from routing.ids import LineCode

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=CHINA)
LONG = seconds(60)


PATIENT = seconds(20)  # the tests share a busy machine; what is late is tested elsewhere


@pytest.fixture(params=["memory", "redis"])
async def state(request):
    """The live state of one node, in process and on a real Redis."""
    if request.param == "memory":
        async with open_live_state("", SystemClock()) as state:
            yield state
        return
    redis = request.getfixturevalue("redis")
    async with open_shared(redis.url, limit=PATIENT) as shared:
        yield shared


@pytest.fixture
def presence(state):
    return state.presence


@pytest.fixture
def board(state):
    return state.live


@pytest.fixture
def locks(state):
    return state.locks


def seen(operator, state, minutes=0):
    return OperatorPresence(OperatorId(operator), state, NOON + timedelta(minutes=minutes))


async def test_operators_are_listed_by_id_in_their_last_state(presence):
    await presence.set(seen("1002", OperatorState.LOGGED_IN))
    await presence.set(seen("1001", OperatorState.LOGGED_IN))
    await presence.set(seen("1001", OperatorState.TALKING, 5))
    assert await presence.all() == (
        seen("1001", OperatorState.TALKING, 5),
        seen("1002", OperatorState.LOGGED_IN),
    )


async def test_hearing_the_same_state_again_keeps_since_when(presence):
    await presence.set(seen("1001", OperatorState.PAUSED))
    await presence.set(seen("1001", OperatorState.PAUSED, 10))
    assert await presence.all() == (seen("1001", OperatorState.PAUSED),)


async def test_who_left_is_away_and_not_forgotten(presence):
    await presence.set(seen("1001", OperatorState.LOGGED_IN))
    await presence.set(seen("1001", OperatorState.AWAY, 1))
    assert await presence.all() == (seen("1001", OperatorState.AWAY, 1),)


async def test_another_caller_at_the_same_seat_is_news(presence):
    """The screen of that seat shows whom it rings for now."""
    first = evolve(seen("1001", OperatorState.RINGING), call=CallId("n1-1"))
    other = evolve(seen("1001", OperatorState.RINGING, 1), call=CallId("n1-2"))
    await presence.set(first)
    await presence.set(other)
    await presence.set(evolve(other, since=NOON + timedelta(minutes=2)))
    assert await presence.all() == (other,)


async def test_who_sits_at_a_seat_is_known_with_and_without_a_caller(presence):
    """Callers are shown to them alone."""
    ringing = evolve(seen("1001", OperatorState.RINGING), call=CallId("n1-1"), who="anna")
    free = evolve(seen("1002", OperatorState.LOGGED_IN), who="li.na-2")
    other = evolve(free, who="ou", since=NOON + timedelta(minutes=1))
    for each in (ringing, free, other):
        await presence.set(each)
    assert await presence.all() == (ringing, other)


def live(call, step="menu", minutes=0):
    return LiveCall(
        CallId(call), PhoneNumber("13812345678"), step, NOON + timedelta(minutes=minutes)
    )


async def test_the_board_shows_each_call_once_longest_first(board):
    await board.put(live("b", minutes=1))
    await board.put(live("a", minutes=2))
    await board.put(live("b", "queue", minutes=3))
    assert await board.all() == (live("a", minutes=2), live("b", "queue", minutes=3))


async def test_what_a_caller_said_is_on_the_board_with_its_reasons(board):
    said = Understood("家里停水", 0.83, "ROUTE", (LineCode("H090"),), ("“停水”是词语",))
    shown = evolve(live("a", "operator"), line=LineCode("H090"), said=(said,))
    await board.put(shown)
    assert await board.all() == (shown,)


async def test_a_call_that_ended_leaves_the_board_however_often(board):
    await board.put(live("a"))
    await board.remove(CallId("a"))
    await board.remove(CallId("a"))
    assert await board.all() == ()


async def test_a_lock_is_held_by_one_and_free_afterwards(locks):
    async with locks.hold("delivery", ttl=LONG):
        with pytest.raises(LockBusy):
            async with locks.hold("delivery", ttl=LONG):
                pytest.fail("two hold the lock")
    async with locks.hold("delivery", ttl=LONG) as lease:
        assert lease.name == "delivery"


async def test_locks_of_other_names_are_free(locks):
    async with locks.hold("one", ttl=LONG), locks.hold("other", ttl=LONG) as lease:
        assert lease.name == "other"


async def test_who_waits_gets_the_lock_when_it_is_let_go(locks):
    held = asyncio.Event()
    order = []

    async def first():
        async with locks.hold("x", ttl=LONG):
            held.set()
            await asyncio.sleep(0)
            order.append("first")

    async def second():
        await held.wait()
        async with locks.hold("x", ttl=LONG, wait=LONG):
            order.append("second")

    await asyncio.wait_for(asyncio.gather(first(), second()), 60)
    assert order == ["first", "second"]


async def test_tokens_grow_with_every_lease(locks):
    tokens = []
    for _ in range(3):
        async with locks.hold("x", ttl=LONG) as lease:
            tokens.append(lease.token)
    assert tokens == sorted(set(tokens))


async def test_a_lease_that_ended_is_taken_with_a_greater_token(locks):
    short = locks.hold("x", ttl=seconds(0.01))
    waiting = locks.hold("x", ttl=LONG, wait=LONG)
    async with short as slow, waiting as quick:
        assert quick.token > slow.token


async def test_leaving_late_does_not_free_the_next_holders_lease(locks):
    slow = locks.hold("x", ttl=seconds(0.01))
    await slow.__aenter__()
    async with locks.hold("x", ttl=LONG, wait=LONG):
        await slow.__aexit__(None, None, None)
        with pytest.raises(LockBusy):
            async with locks.hold("x", ttl=LONG):
                pytest.fail("the late one freed what it no longer held")


async def test_a_lock_is_free_after_an_error_inside(locks):
    with pytest.raises(ZeroDivisionError):
        async with locks.hold("x", ttl=LONG):
            raise ZeroDivisionError
    async with locks.hold("x", ttl=LONG) as lease:
        assert lease.token > 0


TABLE = Topic("table")


async def test_whoever_listens_hears_each_notice_of_the_topic_in_order(state):
    async with (
        state.fanout.subscribe(TABLE) as one,
        state.fanout.subscribe(TABLE) as two,
        state.fanout.subscribe(Topic("other")) as other,
    ):
        for word in ("3", "", "第4版"):
            await state.fanout.publish(TABLE, word)
        await state.fanout.publish(Topic("other"), "x")
        for reader in (one, two):
            assert [await anext(reader) for _ in range(3)] == ["3", "", "第4版"]
        assert await anext(other) == "x"


async def test_notices_with_nobody_listening_are_lost(state):
    await state.fanout.publish(TABLE, "1")
    async with state.fanout.subscribe(TABLE) as notices:
        await state.fanout.publish(TABLE, "2")
        assert await anext(notices) == "2"


async def test_a_slow_reader_loses_the_oldest_and_holds_nobody_up(state):
    async with state.fanout.subscribe(TABLE) as notices:
        for count in range(BACKLOG + 2):
            await state.fanout.publish(TABLE, str(count))
        assert await anext(notices) == "2"
