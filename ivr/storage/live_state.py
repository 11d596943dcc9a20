"""The present: in this process, or on the Redis that the nodes share."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from attrs import frozen

from ivr.calls.live import LiveCalls
from ivr.desk.presence import Presence
from ivr.kernel.clock import Clock
from ivr.kernel.errors import NotConfigured
from ivr.kernel.fanout import Fanout
from ivr.kernel.locks import Locks
from ivr.kernel.tally import Tally
from ivr.storage.memory import (
    MemoryFanout,
    MemoryLiveCalls,
    MemoryLocks,
    MemoryPresence,
    MemoryTally,
)


@frozen
class LiveState:
    """What is true now. Losing any of it loses comfort, never a ticket."""

    presence: Presence
    live: LiveCalls
    locks: Locks
    fanout: Fanout
    tally: Tally


@contextlib.asynccontextmanager
async def open_live_state(redis_url: str, clock: Clock) -> AsyncIterator[LiveState]:
    """The live state for the setting `redis`; when that is empty, in this process.

    Opening neither waits for Redis nor needs it: it is taken up whenever it is there. Raises
    `NotConfigured` for what is no Redis URL, and when Redis' library is not installed.
    """
    if not redis_url:
        yield LiveState(
            MemoryPresence(),
            MemoryLiveCalls(),
            MemoryLocks(clock),
            MemoryFanout(),
            MemoryTally(clock),
        )
        return
    async with _on_redis(redis_url, clock) as shared:
        yield shared


@contextlib.asynccontextmanager
async def _on_redis(url: str, clock: Clock) -> AsyncIterator[LiveState]:
    try:
        from ivr.storage.redis.shared import open_shared  # noqa: PLC0415  # an extra of ours
    except ImportError as why:
        raise NotConfigured("the setting `redis` needs: pip install hotline114[redis]") from why
    async with open_shared(url, clock=clock) as shared:
        yield LiveState(shared.presence, shared.live, shared.locks, shared.fanout, shared.tally)
