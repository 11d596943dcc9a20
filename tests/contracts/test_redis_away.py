"""Two nodes on one real Redis that is killed, hangs and is emptied under them."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta

import pytest
from attrs import evolve
from redis import Redis

from ivr.calls.live import LiveCall
from ivr.desk.presence import OperatorPresence, OperatorState
from ivr.kernel.clock import CHINA, SystemClock
from ivr.kernel.errors import NotConfigured
from ivr.kernel.fanout import Topic
from ivr.kernel.ids import CallId, OperatorId, PhoneNumber
from ivr.kernel.locks import LockBusy
from ivr.kernel.units import seconds
from ivr.storage.live_state import open_live_state
from ivr.storage.redis.fanout import RedisFanout
from ivr.storage.redis.link import RedisLink
from ivr.storage.redis.live_calls import EXPIRY, RedisLiveCalls
from ivr.storage.redis.shared import open_shared

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=CHINA)
LONG = seconds(60)
TABLE = Topic("table")
BOUND = 10.0  # seconds for what is promised within 0.2; who waited for Redis would wait for ever


@pytest.fixture
async def nodes(redis):
    """Two nodes that are patient enough for a busy machine, while Redis is well."""
    async with (
        open_shared(redis.url, limit=seconds(20)) as one,
        open_shared(redis.url, limit=seconds(20)) as other,
    ):
        yield one, other


@pytest.fixture
async def node(redis):
    """A node as it is in service."""
    async with open_live_state(redis.url, SystemClock()) as node:
        yield node


@pytest.fixture
def inside(redis):
    """A look into Redis itself."""
    with Redis(port=redis.port, decode_responses=True) as client:
        yield client


def seen(operator, state, minutes=0):
    return OperatorPresence(OperatorId(operator), state, NOON + timedelta(minutes=minutes))


def live(call, step="menu", minutes=0):
    return LiveCall(CallId(call), PhoneNumber("138"), step, NOON + timedelta(minutes=minutes))


async def eventually(read, wanted):
    """Wait until `read` answers `wanted`; fails with the last answer."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(60):
            while (answer := await read()) != wanted:  # noqa: ASYNC110  # Redis rings no bell
                await asyncio.sleep(0.02)
    assert answer == wanted


async def told(publisher, reader, *, word="now"):
    """Publish until the reader, who may just be coming back, hears it."""
    async with asyncio.timeout(60), reader.subscribe(TABLE) as notices:
        hearing = asyncio.ensure_future(anext(notices))
        while not hearing.done():
            await publisher.publish(TABLE, word)
            await asyncio.wait([hearing], timeout=0.05)
        assert await hearing == word


# -- two nodes -------------------------------------------------------------------------------


async def test_what_one_node_sees_the_other_shows(nodes):
    one, other = nodes
    talking = evolve(seen("1001", OperatorState.TALKING), call=CallId("a"), who="anna")
    await one.presence.set(talking)
    await one.live.put(live("a"))
    await other.live.put(live("b", minutes=1))
    await eventually(other.presence.all, (talking,))
    for node in nodes:
        await eventually(node.live.all, (live("a"), live("b", minutes=1)))
    await one.live.remove(CallId("a"))
    await eventually(other.live.all, (live("b", minutes=1),))


async def test_the_second_node_that_hears_of_a_state_keeps_its_since(nodes):
    one, other = nodes
    await one.presence.set(seen("1001", OperatorState.PAUSED))
    await one.presence.flush()
    await other.presence.set(seen("1001", OperatorState.PAUSED, 5))
    await other.presence.flush()
    assert await other.presence.all() == (seen("1001", OperatorState.PAUSED),)
    await other.presence.set(seen("1001", OperatorState.AWAY, 7))
    await other.presence.flush()
    assert await one.presence.all() == (seen("1001", OperatorState.AWAY, 7),)


async def test_a_call_that_moved_to_another_node_is_shown_once_where_it_is_now(nodes):
    one, other = nodes
    await one.live.put(live("a", "menu"))
    await one.live.flush()
    await other.live.put(live("a", "queue", 3))
    await other.live.flush()
    for node in nodes:
        assert await node.live.all() == (live("a", "queue", 3),)


async def test_the_calls_of_a_node_end_with_it(redis, nodes, inside):
    one, _ = nodes
    async with open_shared(redis.url, limit=seconds(20)) as third:
        await third.live.put(live("a"))
        await eventually(one.live.all, (live("a"),))
    assert await one.live.all() == ()
    killed = RedisLink(redis.url, limit=LONG)
    board = RedisLiveCalls(killed)
    await board.put(live("b"))
    await board.flush()
    assert 0 < inside.pttl(killed.key("live", killed.me)) <= EXPIRY
    await killed.close()


async def test_one_of_two_nodes_holds_a_lock(nodes):
    one, other = nodes
    async with one.locks.hold("x", ttl=LONG) as first:
        with pytest.raises(LockBusy):
            async with other.locks.hold("x", ttl=LONG):
                pytest.fail("two hold the lock")
    async with other.locks.hold("x", ttl=LONG) as second:
        assert second.token > first.token


async def test_a_notice_reaches_the_other_node_and_the_own_once(nodes):
    one, other = nodes
    await told(one.fanout, other.fanout)
    async with one.fanout.subscribe(TABLE) as mine, other.fanout.subscribe(TABLE) as theirs:
        for word in ("5", "6"):
            await one.fanout.publish(TABLE, word)
        for reader in (mine, theirs):
            async with asyncio.timeout(60):
                assert [await anext(reader), await anext(reader)] == ["5", "6"]


async def test_what_another_version_wrote_is_passed_over(nodes, inside):
    one, other = nodes
    await other.live.put(live("a"))
    await other.live.flush()
    mine = next(key for key in inside.keys("hotline:0:live:*"))
    inside.hset(mine, "odd", '{"call": 7}')
    inside.hset(mine, "odder", "\x00")
    inside.hset("hotline:0:presence", "1009", "dancing yesterday")
    assert await one.live.all() == (live("a"),)
    assert await one.presence.all() == ()


# -- Redis is emptied ------------------------------------------------------------------------


async def test_an_emptied_redis_is_told_everything_again(nodes, inside):
    one, other = nodes
    await one.presence.set(seen("1001", OperatorState.PAUSED))
    await one.live.put(live("a"))
    await eventually(other.live.all, (live("a"),))
    inside.flushall()
    await eventually(other.live.all, (live("a"),))
    await eventually(lambda: _entries(inside), {"1001": f"paused {NOON.isoformat()}"})


async def _entries(inside):
    return inside.hgetall("hotline:0:presence")


async def test_tokens_grow_though_redis_forgot_them(redis, nodes, inside):
    tokens = []
    for lose in (inside.flushall, redis.kill, inside.flushall):
        async with nodes[0].locks.hold("x", ttl=LONG, wait=LONG) as lease:
            tokens.append(lease.token)
        lose()
        if lose == redis.kill:
            redis.start()
        async with nodes[1].locks.hold("x", ttl=LONG, wait=LONG) as lease:
            tokens.append(lease.token)
    assert tokens == sorted(set(tokens))


async def test_a_lock_that_redis_forgot_is_given_away_with_a_greater_token(nodes, inside):
    one, other = nodes
    async with one.locks.hold("x", ttl=LONG) as slow:
        inside.flushall()
        async with other.locks.hold("x", ttl=LONG) as quick:
            assert quick.token > slow.token


# -- Redis is killed, or hangs ---------------------------------------------------------------


@pytest.fixture(params=["killed", "hanging"])
def away(request, redis):
    """Puts Redis away, and brings it back."""
    if request.param == "killed":
        return redis.kill, redis.start
    return redis.pause, redis.resume


async def test_comfort_goes_on_without_redis_in_bounded_time(node, away):
    go, _ = away
    await node.presence.set(seen("1001", OperatorState.LOGGED_IN))
    await node.live.put(live("a"))
    go()
    for use in (
        lambda: node.presence.set(seen("1001", OperatorState.TALKING, 1)),
        lambda: node.live.put(live("b", minutes=1)),
        lambda: node.live.remove(CallId("a")),
        lambda: node.fanout.publish(TABLE, "7"),
        node.presence.all,
        node.live.all,
    ):
        async with asyncio.timeout(BOUND):
            await use()
    assert await node.presence.all() == (seen("1001", OperatorState.TALKING, 1),)
    assert await node.live.all() == (live("b", minutes=1),)


async def test_own_readers_hear_notices_without_redis(node, away):
    go, _ = away
    go()
    async with node.fanout.subscribe(TABLE) as notices:
        await node.fanout.publish(TABLE, "7")
        assert await anext(notices) == "7"


async def test_a_lock_that_nobody_can_know_of_is_busy_in_bounded_time(node, away):
    go, _ = away
    go()
    async with asyncio.timeout(BOUND):
        with pytest.raises(LockBusy):
            async with node.locks.hold("x", ttl=LONG):
                pytest.fail("nobody can know who holds it")


async def test_a_lock_is_left_quietly_when_redis_went_away_meanwhile(node, away):
    go, _ = away
    async with node.locks.hold("x", ttl=LONG, wait=LONG) as lease:
        go()
    assert lease.token > 0


async def test_a_hundred_at_once_wait_no_longer_than_one(node, away):
    go, _ = away
    go()
    async with asyncio.timeout(BOUND):
        answers = await asyncio.gather(*(node.live.all() for _ in range(100)))
    assert answers == [()] * 100


async def test_everything_is_there_again_when_redis_is(node, nodes, away):
    go, come = away
    _, other = nodes
    await node.live.put(live("a"))
    await eventually(other.live.all, (live("a"),))
    go()
    await node.live.put(live("b", minutes=1))
    await node.live.remove(CallId("a"))
    await node.presence.set(seen("1001", OperatorState.PAUSED))
    await node.live.all()
    come()
    await eventually(other.live.all, (live("b", minutes=1),))
    await eventually(other.presence.all, (seen("1001", OperatorState.PAUSED),))
    async with node.locks.hold("x", ttl=LONG, wait=LONG) as lease:
        assert lease.token > 0
    await told(other.fanout, node.fanout)


async def test_a_listener_that_hears_nothing_for_long_connects_again(redis, nodes):
    link = RedisLink(redis.url)
    fanout = RedisFanout(link, silence=seconds(0.05))
    listening = asyncio.create_task(fanout.listen())
    await told(nodes[0].fanout, fanout)
    redis.pause()
    await asyncio.sleep(0.5)
    redis.resume()
    await told(nodes[0].fanout, fanout)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await link.close()


async def test_a_node_ends_at_once_whatever_it_was_just_doing(redis):
    """The library loses some of the cancellations that come while it connects."""
    for turn in range(30):
        async with asyncio.timeout(60):
            async with open_shared(redis.url, limit=seconds(20)) as node:
                await node.live.put(live("a"))
                await asyncio.sleep(turn / 5_000)


async def test_a_node_that_starts_before_redis_takes_it_up_when_it_comes(redis):
    redis.kill()
    async with open_live_state(redis.url, SystemClock()) as node:
        await node.live.put(live("a"))
        redis.start()
        async with open_shared(redis.url, limit=seconds(20)) as other:
            await eventually(other.live.all, (live("a"),))


@pytest.mark.parametrize("url", ["http://127.0.0.1", "127.0.0.1:6379", "redis://127.0.0.1:x/0"])
async def test_what_is_no_redis_url_is_named_at_the_start(url):
    with pytest.raises(NotConfigured, match="redis"):
        async with open_live_state(url, SystemClock()):
            pytest.fail("it was opened")
