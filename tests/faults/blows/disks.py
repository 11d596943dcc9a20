"""Disks and files: full, missing, empty, or a pipe that nobody reads."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from prompts.sound_library import COMMITTED
from tests.faults.blows.fault import CannotInject, Fault
from tests.faults.world import World

SMALL: Final = "4m"  # a disk
BALLAST: Final = "ballast"
UNHEARD: Final = 2.0  # seconds: a question without its end is waited for one of them


class DiskFull(Fault):
    """A small disk of its own under the recordings, and nothing left on it.

    It is there before the callers come and until they have gone: a disk that is mounted over open
    files hides them, and what is lost then is lost by the runner.
    """

    number, name, unkept, unserved = 23, "the disk of the recordings is full", True, 2.0

    async def prepare(self, world: World) -> None:
        if os.geteuid() != 0:
            raise CannotInject("mounting a small disk takes root")
        folder = str(world.site.recordings)
        options = ["-t", "tmpfs", "-o", f"size={SMALL},mode=700", "tmpfs", folder]
        done = await asyncio.to_thread(
            subprocess.run, ["mount", *options], capture_output=True, check=False
        )
        if done.returncode:
            raise CannotInject(done.stderr.decode().strip())

    async def inject(self, world: World) -> None:
        await asyncio.to_thread(_fill, world.site.recordings / BALLAST)

    async def heal(self, world: World) -> None:
        (world.site.recordings / BALLAST).unlink(missing_ok=True)

    async def put_back(self, world: World) -> None:
        folder, kept = world.site.recordings, world.home / "kept-from-the-small-disk"
        await asyncio.to_thread(shutil.copytree, folder, kept, dirs_exist_ok=True)
        await asyncio.to_thread(subprocess.run, ["umount", str(folder)], check=True)
        await asyncio.to_thread(shutil.copytree, kept, folder, dirs_exist_ok=True)


class PromptMissing(Fault):
    number, name, unserved = 28, "a clip is missing", UNHEARD

    async def inject(self, world: World) -> None:
        (world.audio / "say" / "message_review.alaw").unlink()

    async def heal(self, world: World) -> None:
        _mend_clip(world.audio / "say" / "message_review.alaw")


class PromptEmpty(Fault):
    number, name, unserved = 28, "a clip is empty", UNHEARD

    async def inject(self, world: World) -> None:
        (world.audio / "say" / "offer_open.alaw").write_bytes(b"")

    async def heal(self, world: World) -> None:
        _mend_clip(world.audio / "say" / "offer_open.alaw")


class LogFull(Fault):
    """Its process must be started anew for that: on a device that refuses every write."""

    number, name = 30, "the log's volume is full"

    async def inject(self, world: World) -> None:
        await asyncio.to_thread(world.site.first.stop)
        world.site.first.start_with_log(Path("/dev/full"))
        await world.site.first.ready()

    async def heal(self, world: World) -> None:
        await asyncio.to_thread(world.site.first.stop)
        world.site.first.start()


class LogStuck(Fault):
    number, name = 30, "nobody reads the log any more"
    _pipe: Path | None = None
    _reader = -1

    async def inject(self, world: World) -> None:
        self._pipe = world.home / "log" / "stuck"
        os.mkfifo(self._pipe)
        self._reader = os.open(self._pipe, os.O_RDONLY | os.O_NONBLOCK)
        await asyncio.to_thread(world.site.first.stop)
        world.site.first.start_with_log(self._pipe)
        await world.site.first.ready()
        await asyncio.to_thread(_stuff, self._pipe)

    async def heal(self, world: World) -> None:
        await asyncio.to_thread(world.site.first.stop)
        if self._pipe is not None:
            os.close(self._reader)
            self._pipe.unlink()
        world.site.first.start()


def _fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb") as ballast:
        while True:
            ballast.write(bytes(64 * 1024))
            ballast.flush()


def _stuff(pipe: Path) -> None:
    """Until the pipe takes nothing more."""
    writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4096)
    os.close(writer)


def _mend_clip(path: Path) -> None:
    path.unlink(missing_ok=True)
    shutil.copyfile(COMMITTED / path.parent.name / path.name, path)
