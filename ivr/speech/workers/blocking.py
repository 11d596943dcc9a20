"""A recogniser for commands: several worker processes, asked from threads that wait."""

from __future__ import annotations

import queue
import socket
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

from ivr.kernel.heard import NOTHING, Heard, Hints
from ivr.kernel.units import Seconds, seconds
from ivr.speech.activity import Detectors
from ivr.speech.recogniser import RecogniserAway
from ivr.speech.segments import spoken
from ivr.speech.workers import wire
from ivr.speech.workers.process import EngineChoice, command

PATIENCE: Final = seconds(120)  # for one file: a machine may be busy, nobody is on the line


class BlockingWorker:
    """One process; `hear` waits for its answer. One that dies is started again."""

    def __init__(self, engine: EngineChoice, patience: Seconds = PATIENCE) -> None:
        self._engine = engine
        self._patience = patience
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def hear(self, audio: bytes, hints: Hints) -> Heard:
        """Raises `RecogniserAway`."""
        try:
            if self._line is None:
                self._start()
            answer = self._ask(wire.Job(0, audio, hints))
        except (OSError, wire.BadMessage) as why:
            self.stop()
            raise RecogniserAway(f"识别程序没有回答：{why}") from why
        if isinstance(answer, wire.Failed):
            raise RecogniserAway(f"识别出错：{answer.why}")
        return answer.heard if isinstance(answer, wire.Done) else NOTHING

    def stop(self) -> None:
        if self._line:
            self._line.close()
            self._line = None
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _start(self) -> None:
        self._line, theirs = socket.socketpair()
        self._line.settimeout(self._patience)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - fixed arguments
                command(theirs.fileno(), self._engine),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
            )
        self._read()  # that it is ready

    def _ask(self, job: wire.Job) -> wire.Answer:
        if self._line:
            self._line.sendall(wire.packed(job))
        return self._read()

    def _read(self) -> wire.Answer:
        return wire.answer(self._exactly(wire.length_of(self._exactly(wire.HEADER))))

    def _exactly(self, count: int) -> bytes:
        read = bytearray()
        while self._line and len(read) < count:
            more = self._line.recv(count - len(read))
            if not more:
                raise ConnectionError("它结束了")
            read += more
        return bytes(read)


class Listeners:
    """So many workers at once; each file is heard by one that is free. A context manager."""

    def __init__(
        self, engine: EngineChoice | None, count: int, detectors: Detectors | None = None
    ) -> None:
        """Without an engine every answer is `RecogniserAway`.

        With `detectors` short answers are cut out of their files as calls cut them: silence before
        a word of one syllable makes the recogniser miss it.
        """
        self._detectors = detectors
        self._workers: queue.SimpleQueue[BlockingWorker] = queue.SimpleQueue()
        self._all = [BlockingWorker(engine) for _ in range(count)] if engine else []
        for worker in self._all:
            self._workers.put(worker)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="listener")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
        for worker in self._all:
            worker.stop()

    def hear(self, audio: bytes, hints: Hints) -> Future[Heard]:
        """Its answer, in time; the future's error is `RecogniserAway`."""
        return self._threads.submit(self._hear, audio, hints)

    def _hear(self, audio: bytes, hints: Hints) -> Heard:
        if not self._all:
            raise RecogniserAway("没有语音识别：先运行 make setup，或在配置里指定引擎和模型")
        if self._detectors and hints.only:
            audio = _cut(audio, self._detectors)
        worker = self._workers.get()
        try:
            return worker.hear(audio, hints)
        finally:
            self._workers.put(worker)


def _cut(audio: bytes, detectors: Detectors) -> bytes:
    detector = detectors.take()
    try:
        return spoken(audio, detector)
    finally:
        detectors.give_back(detector)
