"""Programs under measurement: started, pinned to a core, and asked what they cost."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

import psutil

ROOT: Final = Path(__file__).resolve().parents[2]
HOST: Final = "127.0.0.1"
FIRST_PORT: Final = 33573  # where the search for a free one begins
START: Final = 30.0  # seconds a program may take to listen
STOP: Final = 15.0
SERVER_CORE: Final = 0
CALLER_CORE: Final = 1


class DidNotStart(Exception):
    """A program under measurement did not come up; the message has the end of its output."""


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used, its threads' included, also of those that ended."""
    # The clock id of another process (linux/posix-timers.h): exact, where psutil counts ticks.
    return time.clock_gettime((~pid << 3) | 2)


def memory(pid: int) -> float:
    """Resident now, in MiB."""
    return float(psutil.Process(pid).memory_info().rss / 2**20)


def pin(pid: int, core: int) -> None:
    """Keep a process on one core; on a machine with one, everything is there anyway."""
    with contextlib.suppress(OSError):
        os.sched_setaffinity(pid, {core})


@contextlib.contextmanager
def on_callers_core() -> Iterator[None]:
    """This process away from what it measures, for the length of the block."""
    before = os.sched_getaffinity(0)
    pin(os.getpid(), CALLER_CORE)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port(first: int = FIRST_PORT) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, first + 500):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                trial.bind((HOST, port))
                return port
    raise DidNotStart(f"no free port from {first} on")


@contextlib.contextmanager
def program(
    words: Sequence[str | Path], port: int, log: Path, **more: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A program pinned to the servers' core, once it listens on `port`; ended with the block."""
    with log.open("wb") as output:
        process = _start(words, output, more)
        try:
            pin(process.pid, SERVER_CORE)
            _wait_listening(process, port, log)
            yield process
        finally:
            _end(process)


def _start(
    words: Sequence[str | Path], output: IO[bytes], more: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - a list, never a shell
        [str(word) for word in words],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**os.environ, **more},
        cwd=ROOT,
    )


def python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _wait_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START
    while process.poll() is None and time.monotonic() < until:
        if _listens(process.pid, port):
            return
        time.sleep(0.05)
    said = log.read_text("utf-8", "replace").strip().splitlines()
    raise DidNotStart(said[-1] if said else f"nothing listens on {port}")


def _listens(pid: int, port: int) -> bool:
    """Asked of the kernel: panoramisk runs in a circle for ever on a caller who says nothing."""
    with contextlib.suppress(psutil.NoSuchProcess):  # it ended; whoever waits looks at that
        sockets = psutil.Process(pid).net_connections("tcp")
        return any(s.status == psutil.CONN_LISTEN and s.laddr.port == port for s in sockets)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP)
            return
        process.kill()
    process.wait()
