"""Presence, live calls and locks: what every implementation promises."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from ivr.calls.live import LiveCall
from ivr.desk.presence import OperatorPresence, OperatorState
from ivr.kernel.clock import CHINA, SystemClock
from ivr.kernel.ids import CallId, OperatorId, PhoneNumber
from ivr.kernel.locks import LockBusy
from ivr.kernel.units import seconds
from ivr.storage.memory import MemoryLiveCalls, MemoryLocks, MemoryPresence

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=CHINA)
LONG = seconds(60)


@pytest.fixture(params=["memory"])
def kind(request):
    return request.param


@pytest.fixture
def presence(kind):
    return {"memory": MemoryPresence}[kind]()


@pytest.fixture
def board(kind):
    return {"memory": MemoryLiveCalls}[kind]()


@pytest.fixture
def locks(kind):
    return {"memory": lambda: MemoryLocks(SystemClock())}[kind]()


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


def live(call, step="menu", minutes=0):
    return LiveCall(
        CallId(call), PhoneNumber("13812345678"), step, NOON + timedelta(minutes=minutes)
    )


async def test_the_board_shows_each_call_once_longest_first(board):
    await board.put(live("b", minutes=1))
    await board.put(live("a", minutes=2))
    await board.put(live("b", "queue", minutes=3))
    assert await board.all() == (live("a", minutes=2), live("b", "queue", minutes=3))


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

    await asyncio.wait_for(asyncio.gather(first(), second()), 30)
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
