"""One worker as the service sees it: started, given a job, ended; noticed when it dies."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from attrs import frozen

from ivr.speech.workers import wire

GRACE: Final = 2.0  # seconds for a process to be gone after it was killed


@frozen
class EngineChoice:
    """Which engine, with which model."""

    name: str
    folder: Path


class Owner(Protocol):
    """Who is told what becomes of a worker."""

    def answered(self, answer: wire.Answer) -> None:
        """It said something."""

    def lost(self, worker: Worker) -> None:
        """It is gone, and the job it had with it."""


class Worker:
    """A process with one engine; hears one job at a time."""

    def __init__(self, owner: Owner, choice: EngineChoice) -> None:
        self._owner = owner
        self._choice = choice
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self.is_ready = False
        self.job: wire.Job | None = None

    @property
    def is_idle(self) -> bool:
        return self.is_ready and self.job is None

    async def start(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            self._process = subprocess.Popen(  # noqa: ASYNC220, S603 - returns at once
                command(theirs.fileno(), self._choice),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        reader, self._writer = await asyncio.open_connection(sock=ours)
        self._reading = asyncio.ensure_future(self._read(reader))

    def give(self, job: wire.Job) -> None:
        """To an idle worker only."""
        self.job = job
        if self._writer:
            self._writer.write(wire.packed(job))

    def kill(self) -> None:
        """It hangs. `lost` follows."""
        if self._process:
            self._process.kill()

    async def stop(self) -> None:
        """Nobody needs it any more; nothing is told."""
        if self._reading:
            self._reading.cancel()
        self._close()
        self.kill()
        if self._process:
            await asyncio.to_thread(self._process.wait, GRACE)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError, wire.BadMessage):
            while True:
                length = wire.length_of(await reader.readexactly(wire.HEADER))
                self._take(wire.answer(await reader.readexactly(length)))
        self.is_ready = False
        self._close()
        self.kill()
        if self._process:
            await asyncio.to_thread(self._process.wait, GRACE)
        self._owner.lost(self)

    def _take(self, answer: wire.Answer) -> None:
        if isinstance(answer, wire.Ready):
            self.is_ready = True
        else:
            self.job = None
        self._owner.answered(answer)

    def _close(self) -> None:
        if self._writer:
            self._writer.close()


def command(descriptor: int, choice: EngineChoice) -> list[str]:
    module = "ivr.speech.workers.worker"
    return [sys.executable, "-m", module, str(descriptor), choice.name, str(choice.folder)]
