"""What a person sees while something is set up: each step, what it does, how long it took.

Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class SetupFailed(Exception):
    """A step could not be done; the message says what to do about it."""


def say(line: str) -> None:
    """One line to the person, at once, also when the output is a file."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def step(title: str) -> Iterator[None]:
    """Name a step as it begins, and its duration when it is done."""
    say(f"==> {title}")
    started = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - started:.1f} s")


def run(command: Sequence[str | Path], *, cwd: Path | None = None, quiet: bool = False) -> str:
    """Run to the end and return what it wrote; unless `quiet`, each line is shown as it comes.

    Raises:
        SetupFailed: it ended with an error, or is not on this machine.
    """
    words = [str(word) for word in command]
    try:
        with subprocess.Popen(
            words,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            output = _follow(process, quiet=quiet)
    except FileNotFoundError as missing:
        raise SetupFailed(f"{words[0]} is not on this machine") from missing
    if process.returncode:
        raise SetupFailed(
            f"`{' '.join(words[:3])} ...` failed with code {process.returncode}:\n{output[-2000:]}"
        )
    return output


def _follow(process: subprocess.Popen[str], *, quiet: bool) -> str:
    lines: list[str] = []
    for line in process.stdout or ():
        lines.append(line)
        if not quiet:
            say("    " + line.rstrip()[:160])
    return "".join(lines)
