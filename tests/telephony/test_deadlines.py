"""One timer for many who have the same time."""

import asyncio

from ivr.kernel.units import seconds
from ivr.telephony.deadlines import Deadlines


async def told(late, count):
    """Wait until so many were told, and a while longer for one too many."""
    async with asyncio.timeout(30):
        while len(late) < count:  # noqa: ASYNC110 - told by a timer
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)
    return late


async def test_who_does_not_end_in_time_is_told_in_the_order_of_beginning():
    late = []
    deadlines = Deadlines(seconds(0.02), late.append)
    for who in ("first", "in time", "second"):
        deadlines.begin(who)
    deadlines.end("in time")
    assert await told(late, 2) == ["first", "second"]


async def test_each_has_the_whole_time_whoever_began_before():
    loop = asyncio.get_running_loop()
    late = {}
    deadlines = Deadlines(seconds(0.1), lambda who: late.setdefault(who, loop.time()))
    deadlines.begin("first")
    await asyncio.sleep(0.05)
    began = loop.time()
    deadlines.begin("second")
    async with asyncio.timeout(30):
        while "second" not in late:  # noqa: ASYNC110 - told by a timer
            await asyncio.sleep(0.005)
    assert late["second"] - began >= 0.098


async def test_one_timer_is_at_work_however_many_wait(monkeypatch):
    loop, timers = asyncio.get_running_loop(), []
    deadlines = Deadlines(seconds(30), timers.append)
    call_later = loop.call_later
    monkeypatch.setattr(
        asyncio, "get_running_loop", lambda: type("Loop", (), {"call_later": counted})
    )

    def counted(delay, look):
        timers.append(call_later(delay, look))
        return timers[-1]

    for who in range(100):
        deadlines.begin(who)
    assert len(timers) == 1
    timers[0].cancel()


async def test_who_is_late_may_begin_again_at_once():
    late = []

    def again(who):
        late.append(who)
        if len(late) < 3:
            deadlines.begin(who)

    deadlines = Deadlines(seconds(0.01), again)
    deadlines.begin("x")
    assert await told(late, 3) == ["x", "x", "x"]
