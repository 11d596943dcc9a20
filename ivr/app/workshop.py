"""A worker process for what computes: routers, rehearsals, workbooks. The loop never waits."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import multiprocessing
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Final, ParamSpec, TypeVar

from ivr.kernel.errors import HotlineError

P = ParamSpec("P")
T = TypeVar("T")

WORKERS: Final = 1  # the other core is for calls
TASKS: Final = 50  # then a fresh process, so that nothing grows for ever


class WorkerDied(HotlineError):
    """The worker process was killed twice over the same work; the log of the system says why."""

    id = "worker-died"

    def __init__(self) -> None:
        super().__init__("计算进程两次意外结束，请看系统日志")


class ProcessWorkshop:
    """`ivr.tables.ports.Workshop`. The process is started by the first work there is."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A worker that dies (out of memory, killed) is replaced, and the work begun again once.

        Raises `WorkerDied` when it dies again.
        """
        call = functools.partial(work, *args, **kwargs)
        for _ in range(2):
            try:
                return await self._submit(call)
            except BrokenProcessPool:
                self._pool = None
        raise WorkerDied

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    async def _submit(self, call: Callable[[], T]) -> T:
        if self._pool is None:
            # Not fork: this process has threads and a reactor.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(WORKERS, mp_context=context, max_tasks_per_child=TASKS)
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)


class ThreadWorkshop:
    """For commands, where nobody waits on the loop: a thread of this process."""

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.to_thread(work, *args, **kwargs)


@contextlib.asynccontextmanager
async def process_workshop() -> AsyncIterator[ProcessWorkshop]:
    workshop = ProcessWorkshop()
    try:
        yield workshop
    finally:
        await workshop.close()
