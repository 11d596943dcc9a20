"""Calls on the line, of every node, for the screens of all."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from typing import Any, Final

from ivr.calls.live import LiveCall
from ivr.kernel.ids import CallId
from ivr.storage.packing import NotReadable, pack, unpack
from ivr.storage.redis.link import RedisAway, RedisLink

EXPIRY: Final = 6_000  # ms; a node that no longer renews is gone, and its calls with it

# KEYS: the set of nodes. ARGV: the node that asks, the beginning of the keys of nodes.
# Answers with the calls of the other nodes and forgets nodes that have none.
OTHERS: Final = """
local found = {}
for _, node in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if node ~= ARGV[1] then
    local calls = redis.call('HVALS', ARGV[2] .. node)
    if #calls == 0 then redis.call('SREM', KEYS[1], node) end
    for _, call in ipairs(calls) do table.insert(found, call) end
  end
end
return found
"""


class RedisLiveCalls:
    """`ivr.calls.live.LiveCalls` on Redis.

    Each node owns a hash of its calls that expires unless `renew` keeps it. Changes go there
    together, with the next `flush`: a call moves ten times and never waits for Redis.
    """

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._nodes, self._mine = link.key("live"), link.key("live", link.me)
        self._others = link.client.register_script(OTHERS)
        self._live: dict[CallId, LiveCall] = {}
        self._changed: set[CallId] = set()

    async def put(self, live: LiveCall) -> None:
        self._live[live.call] = live
        self._changed.add(live.call)

    async def remove(self, call: CallId) -> None:
        if self._live.pop(call, None) is not None:
            self._changed.add(call)

    async def all(self) -> tuple[LiveCall, ...]:
        shown: dict[CallId, LiveCall] = {}
        for live in (*await self._of_others(), *self._live.values()):
            before = shown.get(live.call)
            if before is None or before.since <= live.since:  # it was taken over by another node
                shown[live.call] = live
        return tuple(sorted(shown.values(), key=lambda live: (live.since, live.call)))

    async def flush(self) -> None:
        """Tell Redis what has changed. Raises `RedisAway`; then it is told the next time."""
        changed = set(self._changed)
        if not changed:
            return
        self._changed -= changed
        try:
            await self._write(changed)
        except RedisAway:
            self._changed |= changed
            raise

    async def renew(self) -> None:
        """Keep our calls from expiring, and give back what was forgotten. Raises `RedisAway`."""
        self._changed |= set(self._live)
        await self.flush()

    async def close(self) -> None:
        """This node's calls are gone with it."""
        with contextlib.suppress(RedisAway):
            await self._link.ask(lambda redis: redis.delete(self._mine))

    async def _write(self, changed: Iterable[CallId]) -> None:
        here: dict[Any, Any] = {
            call: _text(self._live[call]) for call in changed if call in self._live
        }
        gone = [call for call in changed if call not in self._live]
        pipe = self._link.client.pipeline(transaction=True)
        if here:
            pipe.hset(self._mine, mapping=here)
            pipe.sadd(self._nodes, self._link.me)
        if gone:
            pipe.hdel(self._mine, *gone)
        pipe.pexpire(self._mine, EXPIRY)
        await self._link.ask(lambda _: pipe.execute())

    async def _of_others(self) -> list[LiveCall]:
        args = [self._link.me, self._link.key("live", "")]
        try:
            found: list[Any] = await self._link.ask(
                lambda _: self._others(keys=[self._nodes], args=args)
            )
        except RedisAway:
            return []
        return [live for live in map(_live_call, found) if live is not None]


def _text(live: LiveCall) -> str:
    return json.dumps(pack(live))


def _live_call(text: str) -> LiveCall | None:
    """None for what another version wrote."""
    try:
        return unpack(json.loads(text), LiveCall)
    except (ValueError, NotReadable):
        return None
