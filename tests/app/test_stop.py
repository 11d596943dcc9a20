"""A service that is told to stop in its first seconds ends, whatever it is just beginning."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.ports import unused

HOTLINE = str(Path(sys.executable).parent / "hotline")
ENDS = 60.0  # seconds; half of one is usual, and a busy machine takes its time
STARTS = 120.0
PARTS = ("HOTLINE_AGI__PORT", "HOTLINE_AMI__PORT", "HOTLINE_WEB__PORT")


def _environment(home: Path) -> dict[str, str]:
    """On ports of its own; nobody answers at the manager's."""
    own = {part: str(unused()) for part in PARTS}
    return {**os.environ, **own, "HOTLINE_HOME": str(home), "HOTLINE_SPEECH__ENGINE": "off"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stop") / "site"


@contextlib.asynccontextmanager
async def _running(home: Path, *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """One of our commands, the first of its process group; nothing of it is left."""
    process = await asyncio.create_subprocess_exec(
        HOTLINE,
        *words,
        env=_environment(home),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _until(word: bytes, process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(STARTS):
        while word not in (line := await process.stdout.readline()):
            assert line, f"it ended before it said {word!r}"


async def _stopped(home: Path, delay: float, sent: signal.Signals) -> int:
    async with _running(home, "serve") as process:
        await _until(b"serving", process)
        await asyncio.sleep(delay)
        if sent is signal.SIGINT:
            os.killpg(process.pid, sent)  # as a terminal does, workers and all
        else:
            process.send_signal(sent)
        async with asyncio.timeout(ENDS):
            await process.communicate()
    return process.returncode or 0


async def test_it_ends_whenever_it_is_stopped(home: Path) -> None:
    """SIGTERM to the process and Ctrl-C to its whole group, at different moments."""
    async with _running(home, "init") as made:
        await asyncio.wait_for(made.communicate(), STARTS)
    assert made.returncode == 0
    tries = (0.0, signal.SIGTERM), (0.8, signal.SIGTERM), (0.4, signal.SIGINT)
    assert await asyncio.gather(*(_stopped(home, *each) for each in tries)) == [0] * len(tries)
