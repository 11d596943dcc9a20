"""The present, kept in this process: what one node needs, and what is used without Redis."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Final

from attrs import define, frozen

from ivr.calls.live import LiveCall
from ivr.desk.presence import OperatorPresence
from ivr.kernel.clock import Clock
from ivr.kernel.fanout import BACKLOG, Topic
from ivr.kernel.ids import CallId, OperatorId
from ivr.kernel.locks import AT_ONCE, Lease, LockBusy
from ivr.kernel.units import Seconds

MOST_WINDOWS: Final = 20_000  # a few MB


class MemoryPresence:
    """`ivr.desk.presence.Presence` in this process."""

    def __init__(self) -> None:
        self._seen: dict[OperatorId, OperatorPresence] = {}

    async def set(self, presence: OperatorPresence) -> None:
        if not presence.says_again(self._seen.get(presence.operator)):
            self._seen[presence.operator] = presence

    async def all(self) -> tuple[OperatorPresence, ...]:
        return tuple(self._seen[operator] for operator in sorted(self._seen))


class MemoryLiveCalls:
    """`ivr.calls.live.LiveCalls` in this process."""

    def __init__(self) -> None:
        self._live: dict[CallId, LiveCall] = {}

    async def put(self, live: LiveCall) -> None:
        self._live[live.call] = live

    async def remove(self, call: CallId) -> None:
        self._live.pop(call, None)

    async def all(self) -> tuple[LiveCall, ...]:
        return tuple(sorted(self._live.values(), key=lambda live: (live.since, live.call)))


@frozen
class _Held:
    lease: Lease
    until: float  # monotonic


class MemoryLocks:
    """`ivr.kernel.locks.Locks` in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, _Held] = {}
        self._let_go = asyncio.Condition()
        self._token = 0

    @contextlib.asynccontextmanager
    async def hold(
        self, name: str, *, ttl: Seconds, wait: Seconds = AT_ONCE
    ) -> AsyncIterator[Lease]:
        lease = await self._take(name, ttl, self._clock.monotonic() + wait)
        try:
            yield lease
        finally:
            await self._release(lease)

    async def _take(self, name: str, ttl: Seconds, give_up: float) -> Lease:
        async with self._let_go:
            while (until := self._busy_until(name)) is not None:
                patience = min(until, give_up) - self._clock.monotonic()
                if self._clock.monotonic() >= give_up:
                    raise LockBusy(name)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._let_go.wait(), patience)
            self._token += 1
            lease = Lease(name, self._token)
            self._held[name] = _Held(lease, self._clock.monotonic() + ttl)
            return lease

    def _busy_until(self, name: str) -> float | None:
        held = self._held.get(name)
        return held.until if held is not None and held.until > self._clock.monotonic() else None

    async def _release(self, lease: Lease) -> None:
        async with self._let_go:
            held = self._held.get(lease.name)
            if held is not None and held.lease == lease:
                del self._held[lease.name]
            self._let_go.notify_all()


class MemoryFanout:
    """`ivr.kernel.fanout.Fanout` in this process."""

    def __init__(self) -> None:
        self._readers: defaultdict[Topic, set[asyncio.Queue[str]]] = defaultdict(set)

    async def publish(self, topic: Topic, message: str) -> None:
        self.tell(topic, message)

    def tell(self, topic: Topic, message: str) -> None:
        """What `publish` does, without waiting for anything."""
        for queue in self._readers[topic]:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(message)

    @contextlib.asynccontextmanager
    async def subscribe(self, topic: Topic) -> AsyncIterator[AsyncIterator[str]]:
        queue: asyncio.Queue[str] = asyncio.Queue(BACKLOG)
        self._readers[topic].add(queue)
        try:
            yield _without_end(queue)
        finally:
            self._readers[topic].discard(queue)


async def _without_end(queue: asyncio.Queue[str]) -> AsyncIterator[str]:
    while True:
        yield await queue.get()


@define
class _Window:
    count: int
    ends: float  # monotonic


class MemoryTally:
    """`ivr.kernel.tally.Tally` in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}

    async def add(self, name: str, *, within: Seconds) -> int:
        window = self._running(name)
        if window is None:
            self._make_room()
            window = self._windows[name] = _Window(0, self._clock.monotonic() + within)
        window.count += 1
        return window.count

    async def count(self, name: str) -> int:
        window = self._running(name)
        return 0 if window is None else window.count

    async def take_back(self, name: str) -> None:
        window = self._running(name)
        if window is not None:
            window.count = max(0, window.count - 1)

    async def forget(self, name: str) -> None:
        self._windows.pop(name, None)

    def _running(self, name: str) -> _Window | None:
        window = self._windows.get(name)
        return window if window is not None and window.ends > self._clock.monotonic() else None

    def _make_room(self) -> None:
        """Names come from strangers: what has ended goes, and then what ends first."""
        if len(self._windows) < MOST_WINDOWS:
            return
        now = self._clock.monotonic()
        ending = sorted(self._windows, key=lambda name: self._windows[name].ends)
        kept = [name for name in ending if self._windows[name].ends > now][MOST_WINDOWS // 2 :]
        self._windows = {name: self._windows[name] for name in kept}
