"""Notices between the nodes."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from redis.asyncio.client import PubSub

from ivr.kernel.fanout import Topic
from ivr.kernel.units import Seconds, seconds
from ivr.storage.memory import MemoryFanout
from ivr.storage.redis.link import FAILURES, RedisAway, RedisLink, cancellations

SILENCE: Final = seconds(2)  # then Redis is asked whether it is still there; twice, and it is not
RETRY: Final = 0.3  # seconds between two tries to listen, on average


class RedisFanout:
    """`ivr.kernel.fanout.Fanout` on Redis; `listen` must run for notices of other nodes."""

    def __init__(self, link: RedisLink, *, silence: Seconds = SILENCE) -> None:
        self._link = link
        self._silence = silence
        self._here = MemoryFanout()
        self._prefix = link.key("news", "")

    async def publish(self, topic: Topic, message: str) -> None:
        self._here.tell(topic, message)
        marked = f"{self._link.me} {message}"
        with contextlib.suppress(RedisAway):
            await self._link.ask(lambda redis: redis.publish(self._prefix + topic, marked))

    def subscribe(self, topic: Topic) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        return self._here.subscribe(topic)

    async def listen(self) -> None:
        """Pass on what other nodes say, until cancelled, through every loss of Redis."""
        while not cancellations():
            with contextlib.suppress(*FAILURES):
                async with self._link.client.pubsub() as heard:
                    await heard.psubscribe(f"{self._prefix}*")
                    await self._pass_on(heard)
            await asyncio.sleep(RETRY * random.uniform(0.5, 1.5))  # no secret

    async def _pass_on(self, heard: PubSub) -> None:
        silent = 0
        while silent < 2 and not cancellations():
            message = await heard.get_message(timeout=self._silence)
            if message is None:
                silent += 1
                await heard.ping()
            else:
                silent = 0
                self._hear(message)

    def _hear(self, message: Mapping[str, Any]) -> None:
        if message["type"] != "pmessage":
            return
        sender, _, text = message["data"].partition(" ")
        if sender != self._link.me:  # our own readers have it
            self._here.tell(Topic(message["channel"].removeprefix(self._prefix)), text)
