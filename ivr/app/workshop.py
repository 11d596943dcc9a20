"""A worker process for what computes: routers, rehearsals, workbooks. The loop never waits."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Final, ParamSpec, TypeVar

from ivr.kernel.errors import HotlineError

P = ParamSpec("P")
T = TypeVar("T")

WORKERS: Final = 1  # the other core is for calls
NICE: Final = 10
TASKS: Final = 50  # then a fresh process, so that nothing grows for ever


class WorkerDied(HotlineError):
    """The worker process was killed over the same work twice, or the service is stopping."""

    id = "worker-died"

    def __init__(self) -> None:
        super().__init__("计算进程意外结束，请稍后再试；再不行请看系统日志")


class ProcessWorkshop:
    """`ivr.tables.ports.Workshop`. The process is started by the first work there is."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._closed = False

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A worker that dies (out of memory, killed) is replaced, and the work begun again once.

        Raises `WorkerDied` when it dies again, or the workshop closes.
        """
        call = functools.partial(work, *args, **kwargs)
        for _ in range(2):
            if self._closed:
                break
            try:
                return await self._submit(call)
            except BrokenProcessPool:
                self._pool = None
        raise WorkerDied

    async def close(self) -> None:
        """Work in progress is given up: what it would have made can be made again."""
        self._closed = True
        pool, self._pool = self._pool, None
        if pool is None:
            return
        # Python 3.14 has terminate_workers; before, a stop would wait a minute for a router.
        for worker in tuple((pool._processes or {}).values()):  # noqa: SLF001
            worker.terminate()
        await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    async def _submit(self, call: Callable[[], T]) -> T:
        if self._pool is None:
            # Not fork: this process has threads and a reactor.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(
                WORKERS, mp_context=context, initializer=_begin, max_tasks_per_child=TASKS
            )
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)


def _begin() -> None:
    """A worker makes way for calls; it ends with us and by us, not by the terminal."""
    os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_service, name="end with the service", daemon=True).start()


def _end_with_service() -> None:
    """A service that was killed tells its worker nothing, and work for nobody takes a core."""
    service = multiprocessing.parent_process()
    if service is not None:
        service.join()
        os._exit(1)


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
