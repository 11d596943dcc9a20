"""Rehearsals that take a while: started once, looked at until they are done."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final

from attrs import define, frozen

from ivr.editing.desk import TableDesk
from ivr.kernel.clock import Clock
from ivr.kernel.errors import HotlineError
from ivr.kernel.people import AccountName
from ivr.tables.values import Draft, Revision
from routing.errors import RoutingError
from routing.rehearse import Rehearsal

KEPT: Final = 20  # editors whose last rehearsal is remembered


@frozen
class Running:
    """Still at work; learning new words takes a minute."""

    since: datetime


@frozen
class Ended:
    """What came of it: the rehearsal, or why there is none."""

    at: datetime
    rehearsal: Rehearsal | None
    error: HotlineError | RoutingError | None = None


@define
class _Work:
    revision: Revision
    since: datetime
    task: asyncio.Task[Ended]


class Rehearsals:
    """Of each editor the last one, in the memory of this node. Call inside the loop."""

    def __init__(self, desk: TableDesk, clock: Clock, last: int) -> None:
        self._desk = desk
        self._clock = clock
        self._last = last
        self._work: dict[AccountName, _Work] = {}

    def start(self, draft: Draft) -> None:
        """Begin, unless one of this very draft is at work or has been done well."""
        known = self.of(draft)
        if isinstance(known, Running) or (known is not None and known.error is None):
            return
        self._drop(draft.editor)
        task = asyncio.create_task(self._run(draft))
        self._work[draft.editor] = _Work(draft.revision, self._clock.now(), task)

    def of(self, draft: Draft) -> Running | Ended | None:
        """How it stands; None when this revision has not been rehearsed."""
        work = self._work.get(draft.editor)
        if work is None or work.revision != draft.revision or work.task.cancelled():
            return None
        return work.task.result() if work.task.done() else Running(work.since)

    async def _run(self, draft: Draft) -> Ended:
        try:
            rehearsal = await self._desk.rehearse(draft, self._last)
        except (HotlineError, RoutingError) as why:
            return Ended(self._clock.now(), None, why)
        return Ended(self._clock.now(), rehearsal)

    def _drop(self, editor: AccountName) -> None:
        self._work.pop(editor, None)
        while len(self._work) >= KEPT:
            self._work.pop(next(iter(self._work)))
