"""One Redis, asked with a limit on time and left in peace while it does not answer."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from ivr.kernel.errors import HotlineError, NotConfigured
from ivr.kernel.log import logger
from ivr.kernel.units import Seconds, seconds

LIMIT: Final = seconds(0.15)  # nobody notices; what is behind a comfort port costs no more
REST: Final = seconds(0.5)  # after a failure: a Redis that hangs must not cost LIMIT each time
CONNECTIONS: Final = 8
FAILURES: Final = (RedisError, OSError)  # TimeoutError is an OSError


class RedisAway(HotlineError):
    """Redis did not answer in time, or has not been asked since it failed a moment ago."""

    id = "redis-away"


class RedisLink:
    """What the adapters of one process share. Made inside the running loop; `close` it.

    Connections are made when they are needed, and again when they have been lost.
    """

    def __init__(self, url: str, *, limit: Seconds = LIMIT) -> None:
        self.me = uuid.uuid4().hex[:12]  # this process, among those that share the Redis
        self._limit = limit
        self._rest_until = 0.0
        self._away = False
        self._pool = _pool(url, limit)
        self.client = Redis(connection_pool=self._pool)

    def key(self, *words: str) -> str:
        """The name of a key or channel of ours; channels of other database numbers differ too."""
        return ":".join(("hotline", str(self._pool.connection_kwargs.get("db", 0)), *words))

    async def ask(self, work: Callable[[Redis], Awaitable[Any]]) -> Any:
        """What `work` gets from Redis. Raises `RedisAway` within the limit, always."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._rest_until:
            raise RedisAway("Redis failed a moment ago")
        told = cancellations()
        try:
            async with asyncio.timeout(self._limit):
                answer = await work(self.client)
        except FAILURES as why:
            _heed(told)
            self._rest_until = loop.time() + REST
            self._note(away=True, why=repr(why))
            raise RedisAway(f"Redis can not be used: {why!r}") from why
        self._note(away=False)
        _heed(told)
        return answer

    def _note(self, *, away: bool, why: str = "") -> None:
        """One line each time it goes and each time it comes back."""
        if away and not self._away:
            logger().warning("redis away, going on without", why=why)
        if self._away and not away:
            logger().info("redis is back")
        self._away = away

    async def close(self) -> None:
        await self.client.aclose()
        await self._pool.aclose()


def cancellations() -> int:
    """How often this task has been told to end.

    The Redis library loses a cancellation now and then, when it comes while it connects: who
    must end has to look.
    """
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


def _heed(told: int) -> None:
    if cancellations() > told:
        raise asyncio.CancelledError


def _pool(url: str, limit: Seconds) -> BlockingConnectionPool:
    try:
        return BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=limit,
            socket_timeout=limit,
            socket_connect_timeout=limit,
            # A connection that died since it was used is replaced once, at once.
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
            decode_responses=True,
            encoding_errors="surrogatepass",
        )
    except ValueError as why:
        raise NotConfigured(f"the setting `redis` is no Redis URL: {why}") from why
