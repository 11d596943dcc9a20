"""Counts that the nodes share."""

from __future__ import annotations

import hashlib
from typing import Final

from ivr.kernel.tally import Tally
from ivr.kernel.units import Seconds
from ivr.storage.redis.link import RedisAway, RedisLink

# KEYS: the count. ARGV: the window in ms, which the first count opens.
ADD: Final = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count
"""

# KEYS: the count. One that has ended is not begun again.
TAKE_BACK: Final = """
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end
"""


class RedisTally:
    """`ivr.kernel.tally.Tally` on Redis.

    What is counted here is counted in this process too: while Redis is away that is what holds,
    and an emptied Redis forgives nothing that this process has seen.
    """

    def __init__(self, link: RedisLink, own: Tally) -> None:
        self._link = link
        self._own = own
        self._add = link.client.register_script(ADD)
        self._take_back = link.client.register_script(TAKE_BACK)

    async def add(self, name: str, *, within: Seconds) -> int:
        own = await self._own.add(name, within=within)
        window = max(1, round(within * 1000))
        try:
            shared = await self._link.ask(
                lambda _: self._add(keys=[self._key(name)], args=[window])
            )
        except RedisAway:
            return own
        return max(own, int(shared))

    async def count(self, name: str) -> int:
        own = await self._own.count(name)
        try:
            shared = await self._link.ask(lambda redis: redis.get(self._key(name)))
        except RedisAway:
            return own
        return max(own, int(shared or 0))

    async def take_back(self, name: str) -> None:
        await self._own.take_back(name)
        try:
            await self._link.ask(lambda _: self._take_back(keys=[self._key(name)]))
        except RedisAway:  # the window ends by itself
            return

    async def forget(self, name: str) -> None:
        await self._own.forget(name)
        try:
            await self._link.ask(lambda redis: redis.delete(self._key(name)))
        except RedisAway:  # the window ends by itself
            return

    def _key(self, name: str) -> str:
        # Names hold what strangers typed; a digest is short and has no odd characters.
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
        return self._link.key("tally", digest)
