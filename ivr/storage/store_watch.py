"""Whether the database answers, found out by ourselves so that no caller has to.

            answers late                 answers in time
    THERE --------------> AWAY     AWAY ----------------> THERE

Looked at every second, and at once when somebody on the line met a slow answer.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from ivr.kernel.errors import StoreAway
from ivr.kernel.units import Seconds, seconds

T = TypeVar("T")

# A commit takes 5 to 40 ms. With the spool's flushes behind it this stays under the pause of a
# third of a second that people make between two sentences.
MOMENT: Final = seconds(0.25)
ANSWERS: Final = seconds(0.5)  # a database that is only busy is not away: that would make it worse
LOOK: Final = seconds(1)


def _nobody(_away: bool) -> None:  # the shape of a callback
    """A watch that nobody reads."""


class StoreWatch:
    """Told by `probe`, which raises `StoreAway` or takes too long when the store is away.

    `told` hears of each change: True when it went away, False when it is there again.
    """

    def __init__(
        self,
        probe: Callable[[], Coroutine[Any, Any, None]],
        told: Callable[[bool], None] = _nobody,
        moment: Seconds = MOMENT,
    ) -> None:
        self._probe = probe
        self._told = told
        self._moment = moment
        self._away = False
        self._doubt = asyncio.Event()
        self._late: set[asyncio.Task[Any]] = set()

    @property
    def away(self) -> bool:
        return self._away

    async def keep(self) -> None:
        """Look again and again, without end."""
        while True:
            self._doubt.clear()
            await self.look()
            # Not wait_for: in Python 3.11 it loses a cancellation that comes with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._doubt.wait()

    async def look(self) -> None:
        """Find out how it stands now, in a second at most.

        One late answer may be our own fault, on a machine that has no time for us.
        """
        away = not (await self._answers() or (not self._away and await self._answers()))
        if away is not self._away:
            self._away = away
            self._told(away)

    async def at_once(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `work` returns, for somebody who waits on the line.

        Raises `StoreAway` after a moment, and without any while the store is known to be away.
        What was given up after a moment may still come to be.
        """
        self.require()
        try:
            return await self._within(work(), self._moment)
        except StoreAway:
            self._doubt.set()
            raise

    async def unless_away(self, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` returns, for those who have time; `StoreAway` while it is known away."""
        self.require()
        try:
            return await work()
        except StoreAway:
            self._doubt.set()
            raise

    def require(self) -> None:
        """Raises `StoreAway` while the store is known to be away."""
        if self._away:
            raise StoreAway("the database did not answer when it was looked at last")

    async def _answers(self) -> bool:
        try:
            await self._within(self._probe(), ANSWERS)
        except StoreAway:
            return False
        return True

    async def _within(self, work: Coroutine[Any, Any, T], limit: Seconds) -> T:
        # Not wait_for: it waits for the end of what it cancels, and to let go of a connection
        # that hangs takes as long as the connection hangs.
        task = asyncio.get_running_loop().create_task(work)
        try:
            await asyncio.wait({task}, timeout=limit)
        finally:
            if not task.done():
                self._give_up(task)
        if not task.done():
            raise StoreAway(f"the database did not answer within {limit:g} s")
        return task.result()

    def _give_up(self, task: asyncio.Task[Any]) -> None:
        task.cancel()
        self._late.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._late.discard(task)
        if not task.cancelled():
            task.exception()  # nobody else asks, and asyncio would complain
