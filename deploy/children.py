"""Child processes that never outlive the one that started them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
STOP: Final = 10.0  # seconds to end in order before it is made to
_libc: Final = ctypes.CDLL(None, use_errno=True)


def dying_with_parent(sent: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """What a new child runs first: the kernel will send it `sent` when we end, however we end.

    The kernel watches the thread that starts the child, so start children from the main one.
    """
    parent = os.getpid()

    def ask_the_kernel() -> None:
        end_with_parent(sent)
        if os.getppid() != parent:  # it ended before we could ask
            os.kill(os.getpid(), sent)

    return ask_the_kernel


def end_with_parent(sent: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel send us `sent` when the process that started us ends."""
    _libc.prctl(PR_SET_PDEATHSIG, sent)


class Child:
    """One program that is kept running. Its first start begins `log` anew, others append."""

    def __init__(
        self, name: str, command: Sequence[str], log: Path, environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process, or 0 before the first start."""
        return self._process.pid if self._process else 0

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def ended_with(self) -> str:
        """How it ended, in words for a person; '' while it runs."""
        code = self._process.poll() if self._process else None
        if code is None:
            return ""
        return f"code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"

    def start(self) -> None:
        """Start it and return at once."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.log.open("ab" if self._process else "wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,  # Ctrl-C is for us; we end the others in order
                preexec_fn=dying_with_parent(),  # noqa: PLW1509  # one system call
            )

    def stop(self, within: float = STOP) -> None:
        """End it and wait for that; does nothing when it has ended already."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def tail(self, lines: int = 15) -> str:
        """The end of its log."""
        try:
            return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""
