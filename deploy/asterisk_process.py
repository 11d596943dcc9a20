"""One running Asterisk: started, waited for, asked, stopped. Instances side by side do not meet."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path
from typing import Final

from deploy.children import dying_with_parent
from deploy.layout import Layout
from ivr.kernel.errors import HotlineError

BOOT: Final = 30.0  # seconds; half of one on an idle machine
STOP: Final = 10.0
CLI: Final = 10.0
COMPLAINT: Final = re.compile(r" (WARNING|ERROR)\[")


class AsteriskDown(HotlineError):
    """It did not start, or does not answer; the message holds the end of its log."""

    id = "asterisk-down"


class AsteriskProcess:
    """An Asterisk on a rendered layout. It ends with the process that started it."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process; `AsteriskDown` when it was not started."""
        return self._started().pid

    @property
    def console(self) -> Path:
        """What it writes to its standard output; begun anew at each start."""
        return self._layout.log / "console"

    def command(self) -> list[str]:
        """The words that start it in the foreground."""
        return [*self._layout.asterisk.command, "-C", str(self._layout.config), "-f"]

    def start(self) -> None:
        """Start it and return at once."""
        with self.console.open("wb") as console:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dying_with_parent(),  # noqa: PLW1509  # one system call, before any thread
            )

    def wait_booted(self, within: float = BOOT) -> None:
        """Return when it takes calls; `AsteriskDown` when that takes longer, or it ended."""
        until = time.monotonic() + within
        while time.monotonic() < until and self._started().poll() is None:
            if self._booted():
                return
            time.sleep(0.1)
        raise AsteriskDown(f"Asterisk did not start, see {self.console}: {self.complaints()[-5:]}")

    def complaints(self) -> tuple[str, ...]:
        """Every warning and error since the start; none when all is well."""
        lines = self.console.read_text("utf-8", "replace").splitlines()
        return tuple(line for line in lines if COMPLAINT.search(line))

    def _booted(self) -> bool:
        try:
            return "fully" in self.cli("core waitfullybooted")
        except AsteriskDown:
            return False

    def cli(self, command: str) -> str:
        """What the command line answers; `AsteriskDown` when nothing does."""
        return cli(self._layout, command)

    def stop(self) -> None:
        """End it: calls in progress are cut. Does nothing when it has ended already."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise AsteriskDown("it was not started")
        return self._process


def cli(layout: Layout, command: str) -> str:
    """Ask the Asterisk of this layout; `AsteriskDown` when it does not answer."""
    words = [*layout.asterisk.command, "-C", str(layout.config), "-rx", command]
    try:
        asked = subprocess.run(
            words, capture_output=True, text=True, errors="replace", timeout=CLI, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise AsteriskDown(f"no answer to `{command}` within {CLI:.0f} s") from late
    if asked.returncode:
        raise AsteriskDown(f"`{command}`: {(asked.stderr or asked.stdout).strip()[-300:]}")
    return asked.stdout
