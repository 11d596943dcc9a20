"""Work that nobody waits for, and work that is done again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from ivr.kernel.errors import HotlineError
from ivr.kernel.log import logger
from ivr.kernel.units import Seconds

CANCEL_AGAIN: Final = 0.5  # seconds
CANCELLED: Final = 20  # times; what then still hangs at a database that does ends with us


def _untold(_fault: Exception) -> None:
    """Nobody counts."""


class Background:
    """Tasks of one process; what fails is logged, `stop` ends them all.

    `fault` is told of failures that are not ours to foresee: a full disk, a defect.
    """

    def __init__(self, fault: Callable[[Exception], None] = _untold) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._fault = fault
        self._stopped = False

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def repeat(self, work: Callable[[], Awaitable[None]], every: Seconds) -> None:
        """Do it now and then every so often; one that fails is tried again next time."""
        self.start(self._again_and_again(work, every))

    async def stop(self) -> None:
        self._stopped = True
        for _ in range(CANCELLED):
            if not self._tasks:
                return
            for task in tuple(self._tasks):
                task.cancel()
            # Libraries lose a cancellation that comes just when something else fails.
            await asyncio.wait(tuple(self._tasks), timeout=CANCEL_AGAIN)

    async def _again_and_again(self, work: Callable[[], Awaitable[None]], every: Seconds) -> None:
        while not self._stopped:
            await self._guard(work())
            await asyncio.sleep(every)

    async def _guard(self, work: Awaitable[None]) -> None:
        try:
            await work
        except HotlineError as why:
            logger().warning("background work failed", error=why.id, why=str(why))
        except Exception as why:  # noqa: BLE001  # the one place: the next round must come
            self._fault(why)
            logger().error("background work failed", exc_info=why)
