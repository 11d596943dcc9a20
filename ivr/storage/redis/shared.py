"""The adapters of one process on one Redis, and the work that keeps them true."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from attrs import frozen

from ivr.kernel.background import Background
from ivr.kernel.clock import Clock, SystemClock
from ivr.kernel.units import Seconds
from ivr.storage.memory import MemoryTally
from ivr.storage.redis.fanout import RedisFanout
from ivr.storage.redis.link import LIMIT, RedisAway, RedisLink
from ivr.storage.redis.live_calls import RedisLiveCalls
from ivr.storage.redis.locks import RedisLocks
from ivr.storage.redis.presence import RedisPresence
from ivr.storage.redis.tally import RedisTally

FLUSH: Final = 0.1  # seconds by which the screens of other nodes lag behind
RENEW: Final = 2.0  # seconds; an emptied Redis is whole again after that


@frozen
class Shared:
    """What the nodes share."""

    presence: RedisPresence
    live: RedisLiveCalls
    locks: RedisLocks
    fanout: RedisFanout
    tally: RedisTally


@contextlib.asynccontextmanager
async def open_shared(
    url: str, *, limit: Seconds = LIMIT, clock: Clock | None = None
) -> AsyncIterator[Shared]:
    """The adapters on the Redis at `url`, which may be away. Raises `NotConfigured`."""
    link = RedisLink(url, limit=limit)
    shared = Shared(
        presence=RedisPresence(link),
        live=RedisLiveCalls(link),
        locks=RedisLocks(link),
        fanout=RedisFanout(link),
        tally=RedisTally(link, MemoryTally(clock or SystemClock())),
    )
    background = Background()
    background.start(shared.fanout.listen())
    background.start(_keep_true(shared))
    try:
        yield shared
    finally:
        await background.stop()
        await shared.live.close()
        await link.close()


async def _keep_true(shared: Shared) -> None:
    loop = asyncio.get_running_loop()
    renewal = loop.time() + RENEW
    while True:
        await asyncio.sleep(FLUSH)
        renewing = loop.time() >= renewal
        if renewing:
            renewal = loop.time() + RENEW
        for part in (shared.presence, shared.live):
            with contextlib.suppress(RedisAway):
                await (part.renew() if renewing else part.flush())
