"""Locks that the nodes share."""

from __future__ import annotations

import asyncio
import contextlib
import random
import uuid
from collections.abc import AsyncIterator
from typing import Final

from ivr.kernel.locks import AT_ONCE, Lease, LockBusy
from ivr.kernel.units import Seconds
from ivr.storage.redis.link import RedisAway, RedisLink

PAUSE: Final = 0.05  # seconds between two tries, on average

# KEYS: the lock, the last token given for its name. ARGV: owner, ttl in ms, least token.
# An owner whose answer was lost asks again and gets what it already holds. A Redis that lost
# the last token goes on from its clock in microseconds, which is ahead of all it gave before.
TAKE: Final = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
if not holder then
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local last = math.max(tonumber(redis.call('GET', KEYS[2]) or 0), tonumber(ARGV[3]))
  redis.call('SET', KEYS[2], string.format('%.0f', math.max(now, last + 1)))
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return redis.call('GET', KEYS[2])
"""

# KEYS: the lock. ARGV: owner. Another's lease is left alone.
LET_GO: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""


class RedisLocks:
    """`ivr.kernel.locks.Locks` on Redis.

    Tokens grow across restarts of Redis and after it was emptied, unless its clock was set
    back at the same time. A Redis that forgets who holds a lock gives it to another: what the
    lock protects must look at the token.
    """

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._take = link.client.register_script(TAKE)
        self._let_go = link.client.register_script(LET_GO)
        self._last: dict[str, int] = {}

    @contextlib.asynccontextmanager
    async def hold(
        self, name: str, *, ttl: Seconds, wait: Seconds = AT_ONCE
    ) -> AsyncIterator[Lease]:
        owner = uuid.uuid4().hex
        lease = await self._wait(name, owner, ttl, wait)
        try:
            yield lease
        finally:
            await self._release(name, owner)

    async def _wait(self, name: str, owner: str, ttl: Seconds, wait: Seconds) -> Lease:
        loop = asyncio.get_running_loop()
        give_up, why = loop.time() + wait, None
        while True:
            try:
                token = await self._try(name, owner, ttl)
            except RedisAway as away:
                token, why = 0, away
            if token:
                return Lease(name, token)
            left = give_up - loop.time()
            if left <= 0:
                raise LockBusy(name) from why
            await asyncio.sleep(min(left, PAUSE * random.uniform(0.5, 1.5)))  # no secret

    async def _try(self, name: str, owner: str, ttl: Seconds) -> int:
        """The token, or 0 when another holds the lock. Raises `RedisAway`."""
        args: list[str | int] = [owner, max(1, round(ttl * 1000)), self._last.get(name, 0)]
        token = await self._link.ask(lambda _: self._take(keys=self._keys(name), args=args))
        if token is None:
            return 0
        self._last[name] = int(token)
        return self._last[name]

    async def _release(self, name: str, owner: str) -> None:
        with contextlib.suppress(RedisAway):  # it ends by itself
            await self._link.ask(lambda _: self._let_go(keys=self._keys(name)[:1], args=[owner]))

    def _keys(self, name: str) -> list[str]:
        return [self._link.key("lock", name), self._link.key("token", name)]
