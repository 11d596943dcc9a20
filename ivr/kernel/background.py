"""Work that nobody waits for, and work that is done again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from ivr.kernel.errors import HotlineError
from ivr.kernel.log import logger
from ivr.kernel.units import Seconds


class Background:
    """Tasks of one process; what fails is logged, `stop` ends them all."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def repeat(self, work: Callable[[], Awaitable[None]], every: Seconds) -> None:
        """Do it now and then every so often; one that fails is tried again next time."""
        self.start(self._again_and_again(work, every))

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _again_and_again(self, work: Callable[[], Awaitable[None]], every: Seconds) -> None:
        while True:
            try:
                await work()
            except HotlineError as why:
                logger().warning("background work failed", error=why.id, why=str(why))
            await asyncio.sleep(every)

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except HotlineError as why:
            logger().warning("background work failed", error=why.id, why=str(why))
