"""One running Asterisk: started, waited for, asked, stopped. Instances side by side do not meet."""

from __future__ import annotations

import re
import subprocess
import time
from typing import Final

from deploy.children import Child
from deploy.layout import Layout
from ivr.kernel.errors import HotlineError

BOOT: Final = 90.0  # seconds; half of one on an idle machine
CLI: Final = 30.0
COMPLAINT: Final = re.compile(r" (WARNING|ERROR)\[")


class AsteriskDown(HotlineError):
    """It did not start, or does not answer; the message says where to look."""

    id = "asterisk-down"


class AsteriskProcess(Child):
    """An Asterisk on a rendered layout."""

    def __init__(self, layout: Layout) -> None:
        command = [*layout.asterisk.command, "-C", str(layout.config), "-f"]
        super().__init__("asterisk", command, layout.log / "console", {})
        self._layout = layout

    def wait_booted(self, within: float = BOOT) -> None:
        """Return when it takes calls; `AsteriskDown` when that takes longer, or it ended."""
        until = time.monotonic() + within
        while time.monotonic() < until and self.running:
            if self.booted():
                return
            time.sleep(0.1)
        raise AsteriskDown(f"Asterisk did not start; see {self.log}:\n{self.tail()}")

    def booted(self) -> bool:
        """Whether it takes calls now."""
        try:
            return "fully" in self.cli("core waitfullybooted")
        except AsteriskDown:
            return False

    def cli(self, command: str) -> str:
        """What the command line answers; `AsteriskDown` when nothing does."""
        return cli(self._layout, command)

    def complaints(self) -> tuple[str, ...]:
        """Every warning and error since the first start; none when all is well."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return tuple(line for line in lines if COMPLAINT.search(line))


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
