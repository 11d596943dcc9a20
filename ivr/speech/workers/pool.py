"""The recogniser of the service: a few warm processes, a short queue, an answer in time or none.

::

    start -> feed ... -> pause: the audio so far is heard, if a worker has nothing else to do
                      -> finish: that answer, when only silence has come since; else a job:
                         queue (bounded) -> idle worker -> Done, within the deadline

Queue full: refused at once. A worker that dies takes its one job with it and is replaced, each
time after a longer wait. One that hangs is killed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from typing import Final

from attrs import evolve, frozen

from ivr.kernel.background import Background
from ivr.kernel.heard import Heard, Hints
from ivr.kernel.log import logger
from ivr.kernel.units import Seconds, seconds
from ivr.speech.recogniser import (
    DEADLINE,
    RecogniserAway,
    RecogniserBusy,
    RecogniserLate,
    Recognition,
)
from ivr.speech.workers import wire
from ivr.speech.workers.process import EngineChoice, Worker
from ivr.speech.workers.recognition import PooledRecognition
from ivr.speech.workers.watching import NOBODY_WATCHES, Watcher

LONGEST: Final = seconds(15)  # of one job; 20 s of speech take 3 s of CPU
FIRST_WAIT: Final = 0.5  # seconds before a lost worker is replaced
LONGEST_WAIT: Final = 30.0


@frozen
class PoolLimits:
    """How much at once. `queue` is what waits; each worker has one more under way."""

    workers: int = 1
    queue: int = 2
    deadline: Seconds = DEADLINE
    longest: Seconds = LONGEST


class RecogniserPool:
    """Worker processes behind the port."""

    def __init__(
        self, engine: EngineChoice, limits: PoolLimits, watcher: Watcher = NOBODY_WATCHES
    ) -> None:
        self.limits = limits
        self._engine = engine
        self._watcher = watcher
        self._workers: list[Worker] = []
        self._queue: deque[wire.Job] = deque()
        self._waiting: dict[int, asyncio.Future[Heard]] = {}
        self._alarms: dict[int, asyncio.TimerHandle] = {}
        self._background = Background()
        self._wait = FIRST_WAIT
        self._next = 0

    # -- the port --------------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        return self._has_worker and not self._is_full

    def start(self, hints: Hints) -> Recognition:
        if not self._has_worker:
            self._watcher.recognised("away")
            raise RecogniserAway("no recogniser process is running")
        if self._is_full:
            self._watcher.recognised("busy")
            raise RecogniserBusy(f"{len(self._queue)} utterances are waiting")
        return PooledRecognition(self, hints)

    # -- life ------------------------------------------------------------------

    async def open(self) -> None:
        """Start the workers; `is_ready` once the first has loaded its engine."""
        for _ in range(self.limits.workers):
            await self._hire()

    async def close(self) -> None:
        await self._background.stop()
        for alarm in self._alarms.values():
            alarm.cancel()
        for worker in self._workers:
            await worker.stop()
        for waiting in self._waiting.values():
            waiting.cancel()

    # -- jobs ------------------------------------------------------------------

    def submit(self, audio: bytes, hints: Hints) -> tuple[int, asyncio.Future[Heard]]:
        """A job that somebody waits for. Raises `RecogniserBusy`."""
        if self._is_full and not self._idle():
            self._watcher.recognised("busy")
            raise RecogniserBusy(f"{len(self._queue)} utterances are waiting")
        return self._enqueue(audio, hints)

    def speculate(self, audio: bytes, hints: Hints) -> tuple[int, asyncio.Future[Heard]] | None:
        """A job for a worker that has nothing else to do; None when there is none."""
        if self._queue or not self._idle():
            return None
        return self._enqueue(audio, hints)

    def abandon(self, job: int) -> None:
        """Nobody waits for it any more. What a worker is at is done in vain."""
        self._queue = deque(one for one in self._queue if one.id != job)
        waiting = self._waiting.pop(job, None)
        if waiting:
            waiting.cancel()
        self._watcher.queued(len(self._queue))

    async def wait(self, waiting: asyncio.Future[Heard], job: int) -> Heard:
        """The answer within the deadline. Raises `NotHeard`."""
        try:
            async with asyncio.timeout(self.limits.deadline):
                heard = await waiting
        except TimeoutError:
            self.abandon(job)
            self._watcher.recognised("late")
            raise RecogniserLate(f"no answer within {self.limits.deadline:.1f} s") from None
        except asyncio.CancelledError:
            self.abandon(job)
            raise
        self._watcher.recognised("nothing" if heard.is_nothing else "heard")
        return heard

    # -- what workers tell -----------------------------------------------------

    def answered(self, answer: wire.Answer) -> None:
        if isinstance(answer, wire.Ready):
            self._wait = FIRST_WAIT
            logger().info("recogniser ready", engine=answer.engine)
        else:
            self._settle(answer)
        self._dispatch()

    def lost(self, worker: Worker) -> None:
        self._workers.remove(worker)
        self._watcher.lost()
        logger().error("recogniser process lost", had_job=worker.job is not None)
        if worker.job:
            self._settle(wire.Failed(worker.job.id, "the recogniser process died"))
        self._background.start(self._replace())

    # -- within ----------------------------------------------------------------

    @property
    def _has_worker(self) -> bool:
        return any(worker.is_ready for worker in self._workers)

    @property
    def _is_full(self) -> bool:
        return len(self._queue) >= self.limits.queue

    def _idle(self) -> list[Worker]:
        return [worker for worker in self._workers if worker.is_idle]

    def _enqueue(self, audio: bytes, hints: Hints) -> tuple[int, asyncio.Future[Heard]]:
        self._next += 1
        waiting: asyncio.Future[Heard] = asyncio.get_running_loop().create_future()
        self._waiting[self._next] = waiting
        self._queue.append(wire.Job(self._next, audio, hints))
        self._dispatch()
        return self._next, waiting

    def _dispatch(self) -> None:
        for worker, job in self._pairs():
            worker.give(job)
            loop = asyncio.get_running_loop()
            self._alarms[job.id] = loop.call_later(self.limits.longest, worker.kill)
        self._watcher.queued(len(self._queue))

    def _pairs(self) -> Iterator[tuple[Worker, wire.Job]]:
        for worker in self._idle():
            if self._queue:
                yield worker, self._queue.popleft()

    def _settle(self, answer: wire.Done | wire.Failed) -> None:
        alarm = self._alarms.pop(answer.id, None)
        if alarm:
            alarm.cancel()
        waiting = self._waiting.pop(answer.id, None)
        if isinstance(answer, wire.Done):
            self._watcher.took(answer.seconds)
        if waiting is None or waiting.done():
            return
        if isinstance(answer, wire.Done):
            waiting.set_result(answer.heard)
            return
        self._watcher.recognised("failed")
        logger().error("recognition failed", why=answer.why)
        waiting.set_exception(RecogniserAway(answer.why))

    async def _hire(self) -> None:
        worker = Worker(self, self._engine)
        self._workers.append(worker)
        await worker.start()

    async def _replace(self) -> None:
        await asyncio.sleep(self._wait)
        self._wait = min(LONGEST_WAIT, 2 * self._wait)
        await self._hire()


def sized(limits: PoolLimits, workers: int) -> PoolLimits:
    """So many workers, and a queue they get through within the deadline."""
    return evolve(limits, workers=workers, queue=2 * workers)
