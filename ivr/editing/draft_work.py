"""What takes a while to work out about a draft: begun once, looked at until it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Generic, TypeVar

from attrs import define, frozen

from ivr.kernel.clock import Clock
from ivr.kernel.errors import HotlineError
from ivr.kernel.people import AccountName
from ivr.kernel.units import Seconds
from ivr.tables.values import Draft, Revision
from routing.errors import RoutingError

T = TypeVar("T")

KEPT: Final = 20  # editors whose last result is remembered


@frozen
class Running:
    """Still at work; the worker may be learning words, which takes a minute."""

    since: datetime


@frozen
class Ended(Generic[T]):
    """What came of it: the result, or why there is none."""

    at: datetime
    result: T | None
    error: HotlineError | RoutingError | None = None


@define
class _Work(Generic[T]):
    revision: Revision
    since: datetime
    task: asyncio.Task[Ended[T]]


class DraftWork(Generic[T]):
    """Of each editor the last, in the memory of this node. Call inside the loop."""

    def __init__(self, do: Callable[[Draft], Awaitable[T]], clock: Clock) -> None:
        self._do = do
        self._clock = clock
        self._work: dict[AccountName, _Work[T]] = {}

    def start(self, draft: Draft) -> None:
        """Begin, unless it is at work on this very draft or has been done well."""
        known = self.of(draft)
        if isinstance(known, Running) or (known is not None and known.error is None):
            return
        self._drop(draft.editor)
        task = asyncio.create_task(self._run(draft))
        self._work[draft.editor] = _Work(draft.revision, self._clock.now(), task)

    def of(self, draft: Draft) -> Running | Ended[T] | None:
        """How it stands; None when it was not begun for this revision."""
        work = self._work.get(draft.editor)
        if work is None or work.revision != draft.revision or work.task.cancelled():
            return None
        return work.task.result() if work.task.done() else Running(work.since)

    async def within(self, draft: Draft, patience: Seconds) -> Running | Ended[T] | None:
        """Begin if need be, and wait for so long at most."""
        self.start(draft)
        await asyncio.wait({self._work[draft.editor].task}, timeout=patience)
        return self.of(draft)

    async def _run(self, draft: Draft) -> Ended[T]:
        try:
            return Ended(self._clock.now(), await self._do(draft))
        except (HotlineError, RoutingError) as why:
            return Ended(self._clock.now(), None, why)

    def _drop(self, editor: AccountName) -> None:
        self._work.pop(editor, None)
        while len(self._work) >= KEPT:
            self._work.pop(next(iter(self._work)))
