"""One limit of time for many: a timer for each would cost a call more than what it guards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from ivr.kernel.units import Seconds

T = TypeVar("T")


class Deadlines(Generic[T]):
    """Tells `passed` of everyone who began `limit` seconds ago and has not ended.

    All have the same limit, so who began first is due first and one timer does for all of them.
    """

    def __init__(self, limit: Seconds, passed: Callable[[T], None]) -> None:
        self._limit = limit
        self._passed = passed
        self._due: dict[T, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, who: T) -> None:
        """The limit runs from now on. Who has begun already must have ended first."""
        self._due[who] = monotonic() + self._limit
        if self._timer is None:
            self._look_after(self._limit)

    def end(self, who: T) -> None:
        """Whether in time or not; who never began may end as well."""
        self._due.pop(who, None)

    def _look_after(self, delay: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(delay, self._look)

    def _look(self) -> None:
        self._timer = None
        now = monotonic()
        for who in [who for who, due in self._due.items() if due <= now]:
            self.end(who)
            self._passed(who)
        if self._due and self._timer is None:
            self._look_after(max(0.0, next(iter(self._due.values())) - monotonic()))
