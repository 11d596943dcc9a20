"""Changes that come at the same time are committed together: one flush of the disk for all.

A flush takes 5 to 10 ms on a plain disk, whatever is in it. While one runs, others gather.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from attrs import define, field, frozen
from sqlalchemy import Connection

T = TypeVar("T")
Change: TypeAlias = Callable[[Connection], T]
Transaction: TypeAlias = Callable[[Change[Any]], Awaitable[Any]]
"""Runs a change in a transaction of its own; returns what it returned after the commit."""

AT_ONCE: Final = 100  # changes; writers on other nodes wait for the whole of it


@frozen
class Refused:
    """A change that raised, and was undone."""

    why: Exception


@frozen
class Waiting:
    """A change, and who waits for it."""

    change: Change[Any]
    done: asyncio.Future[Any]

    def tell(self, result: Any) -> None:
        """Who has given up meanwhile is told nothing."""
        if self.done.done():
            return
        if isinstance(result, Refused):
            self.done.set_exception(result.why)
        else:
            self.done.set_result(result)


@define
class GroupCommit:
    """Collects changes and commits them in the order they came."""

    transaction: Transaction
    _waiting: list[Waiting] = field(factory=list)
    _work: asyncio.Task[None] | None = None

    async def add(self, change: Change[T]) -> T:
        """What `change` returned, after the commit it was part of.

        What it raises is raised here, and undoes nothing but what it did; a transaction that
        can not be begun or committed raises for everybody in it. `change` may be called twice.
        Who is cancelled before the turn of the change has changed nothing.
        """
        loop = asyncio.get_running_loop()
        waiting = Waiting(change, loop.create_future())
        self._waiting.append(waiting)
        if self._work is None or self._work.done():
            self._work = loop.create_task(self._until_none_waits())
        result: T = await waiting.done
        return result

    async def finish(self) -> None:
        """Return when nothing waits any more."""
        if self._work is not None:
            await self._work

    async def _until_none_waits(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            batch = [waiting for waiting in taken if not waiting.done.done()]
            if batch:
                await self._commit(batch)

    async def _commit(self, batch: Sequence[Waiting]) -> None:
        try:
            results = await self._apply([waiting.change for waiting in batch])
        except Exception as why:  # noqa: BLE001  # each of them learns of it
            results = [Refused(why)] * len(batch)
        for waiting, result in zip(batch, results, strict=True):
            waiting.tell(result)

    async def _apply(self, changes: Sequence[Change[Any]]) -> list[Any]:
        """All of them quickly; when one fails, all of them again and each on its own feet."""
        try:
            results: list[Any] = await self.transaction(
                lambda connection: [change(connection) for change in changes]
            )
        except OSError:  # no answer in time, no connection: none of them is to blame
            raise
        except Exception:
            if len(changes) == 1:
                raise
            results = await self.transaction(
                lambda connection: [_alone(connection, change) for change in changes]
            )
        return results


def _alone(connection: Connection, change: Change[Any]) -> Any:
    try:
        with connection.begin_nested():
            return change(connection)
    except Exception as why:  # noqa: BLE001  # its caller learns of it, the others do not
        return Refused(why)
