"""The faults: what breaks, what mends it, and what has to be seen meanwhile.

Numbers are those of the list of thirty in `docs/faults.md`. A fault that can not be injected on
this machine says so by raising `CannotInject`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar, Final, TypeVar

from prompts.sound_library import COMMITTED
from tests.faults.hostile import CORPUS, Besiegers, send
from tests.faults.proxy import Mode
from tests.faults.world import LOOPBACK, World

_P = TypeVar("_P")
NOTICED: Final = 10.0  # seconds in which a lost manager connection has to be seen
SLOW: Final = 3.0  # seconds each piece of an answer is late
SMALL: Final = "4m"  # a disk
FAKETIME: Final = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
)


class CannotInject(Exception):
    """Not on this machine; the message says what is missing."""


class Fault:
    """One fault. `watch` runs while it lasts and tells what should not have been seen."""

    number: ClassVar[int]
    name: ClassVar[str]
    scaled: ClassVar[bool] = False
    lasts: ClassVar[float] = 8.0
    drops: ClassVar[bool] = False  # callers may be cut off: the switch itself dies
    unserved: ClassVar[float] = 1.5  # seconds a caller may hear nothing at all

    async def inject(self, world: World) -> None:
        """Strike; returns when the part is broken. Raises `CannotInject`."""

    async def heal(self, world: World) -> None:
        """By default nothing is left to mend."""

    async def watch(self, world: World) -> list[str]:  # noqa: ARG002
        await asyncio.sleep(self.lasts)
        return []


class Killed(Fault):
    number, name = 1, "a node is killed (-9)"

    async def inject(self, world: World) -> None:
        world.site.first.kill()
        world.site.first.start()


class Stopped(Fault):
    number, name, unserved = 2, "a node is stopped (SIGSTOP)", 3.5

    async def inject(self, world: World) -> None:
        world.site.first.signal(signal.SIGSTOP)

    async def heal(self, world: World) -> None:
        world.site.first.signal(signal.SIGCONT)


class NotRunning(Fault):
    number, name, unserved = 1, "no node runs", 3.5

    async def inject(self, world: World) -> None:
        for node in world.site.nodes:
            node.kill()

    async def heal(self, world: World) -> None:
        for node in world.site.nodes:
            node.start()


class NoGuardian(Fault):
    number, name = 2, "the guardian is dead"

    async def inject(self, world: World) -> None:
        world.site.guardian.kill()

    async def heal(self, world: World) -> None:
        world.site.guardian.start()


class GuardianStopped(Fault):
    """One that wakes up after a stall must not judge by what it has not heard."""

    number, name = 2, "the guardian is stopped and wakes up"

    async def inject(self, world: World) -> None:
        world.site.guardian.signal(signal.SIGSTOP)

    async def heal(self, world: World) -> None:
        world.site.guardian.signal(signal.SIGCONT)


class AllStopped(Fault):
    number, name, lasts, unserved = 16, "everything of ours stands still", 5.0, 7.0

    async def inject(self, world: World) -> None:
        for each in (*world.site.nodes, world.site.guardian):
            each.signal(signal.SIGSTOP)

    async def heal(self, world: World) -> None:
        for each in (*world.site.nodes, world.site.guardian):
            each.signal(signal.SIGCONT)


class SwitchKilled(Fault):
    """Calls are lost with it; what was said in them is not."""

    number, name, drops, lasts, unserved = 3, "Asterisk is killed", True, 12.0, 12.0

    async def inject(self, world: World) -> None:
        pid = int(world.site.hotline.facts["pids"]["asterisk"])
        os.kill(pid, signal.SIGKILL)


class Locked(Fault):
    number, name = 10, "the SQLite database is locked"
    _held: sqlite3.Connection | None = None

    async def inject(self, world: World) -> None:
        path = str(world.site.hotline.facts["database"]).partition(":///")[2]
        self._held = sqlite3.connect(path, timeout=20, isolation_level=None)
        self._held.execute("BEGIN IMMEDIATE")

    async def heal(self, world: World) -> None:  # noqa: ARG002
        if self._held is not None:
            self._held.close()


class ManagerDropped(Fault):
    number, name, lasts = 12, "the manager connection is dropped, again and again", 6.0

    async def inject(self, world: World) -> None:
        world.ami.cut()

    async def watch(self, world: World) -> list[str]:
        until = time.monotonic() + self.lasts
        while time.monotonic() < until:
            await asyncio.sleep(1.0)
            world.ami.cut()
        return []


class ManagerHalfOpen(Fault):
    number, name, lasts = 13, "the manager connection is half open", 20.0

    async def inject(self, world: World) -> None:
        await world.ami.be(Mode.SWALLOW)

    async def watch(self, world: World) -> list[str]:
        took = await _until(lambda: _is(world, "manager_up", 0.0), self.lasts)
        await asyncio.sleep(max(0.0, self.lasts - took))
        return [f"seen after {took:.1f} s only"] if took > NOTICED + 0.5 else []

    async def heal(self, world: World) -> None:
        await world.ami.be(Mode.PASS)


class ManagerTwice(Fault):
    number, name = 26, "every manager event comes twice"

    async def inject(self, world: World) -> None:
        await world.ami.be(Mode.TWICE)

    async def heal(self, world: World) -> None:
        await world.ami.be(Mode.PASS)


class ManagerGarbage(Fault):
    number, name = 17, "manager lines with hidden line breaks, NUL and what nobody asked for"

    async def inject(self, world: World) -> None:
        await world.ami.be(Mode.GARBAGE)

    async def heal(self, world: World) -> None:
        await world.ami.be(Mode.PASS)


class DiskFull(Fault):
    """A small disk of its own under the recordings, and nothing left on it."""

    number, name, unserved = 23, "the disk of the recordings is full", 2.0

    async def inject(self, world: World) -> None:
        if os.geteuid() != 0:
            raise CannotInject("mounting a small disk takes root")
        folder = str(world.site.recordings)
        options = ["-t", "tmpfs", "-o", f"size={SMALL},mode=700", "tmpfs", folder]
        done = await asyncio.to_thread(
            subprocess.run, ["mount", *options], capture_output=True, check=False
        )
        if done.returncode:
            raise CannotInject(done.stderr.decode().strip())
        await asyncio.to_thread(_fill, world.site.recordings / "ballast")

    async def heal(self, world: World) -> None:
        folder = world.site.recordings
        (folder / "ballast").unlink(missing_ok=True)
        kept = world.home / "kept-from-the-small-disk"
        await asyncio.to_thread(shutil.copytree, folder, kept)
        await asyncio.to_thread(subprocess.run, ["umount", "-l", str(folder)], check=True)
        await asyncio.to_thread(shutil.copytree, kept, folder, dirs_exist_ok=True)


class PromptMissing(Fault):
    number, name, unserved = 28, "a clip is missing", 6.0

    async def inject(self, world: World) -> None:
        (world.audio / "say" / "message_review.alaw").unlink()

    async def heal(self, world: World) -> None:
        _mend_clip(world.audio / "say" / "message_review.alaw")


class PromptEmpty(Fault):
    number, name, unserved = 28, "a clip is empty", 6.0

    async def inject(self, world: World) -> None:
        (world.audio / "say" / "offer_open.alaw").write_bytes(b"")

    async def heal(self, world: World) -> None:
        _mend_clip(world.audio / "say" / "offer_open.alaw")


class LogFull(Fault):
    """Its process must be started anew for that: on a device that refuses every write."""

    number, name = 30, "the log's volume is full"

    async def inject(self, world: World) -> None:
        world.site.first.stop()
        world.site.first.start_with_log(Path("/dev/full"))
        await world.site.first.ready()

    async def heal(self, world: World) -> None:
        world.site.first.stop()
        world.site.first.start()


class LogStuck(Fault):
    number, name = 30, "nobody reads the log any more"
    _pipe: Path | None = None
    _reader = -1

    async def inject(self, world: World) -> None:
        self._pipe = world.home / "log" / "stuck"
        os.mkfifo(self._pipe)
        self._reader = os.open(self._pipe, os.O_RDONLY | os.O_NONBLOCK)
        world.site.first.stop()
        world.site.first.start_with_log(self._pipe)
        await world.site.first.ready()
        await asyncio.to_thread(_stuff, self._pipe)

    async def heal(self, world: World) -> None:
        world.site.first.stop()
        if self._pipe is not None:
            os.close(self._reader)
            self._pipe.unlink()
        world.site.first.start()


class ClockStepped(Fault):
    """Of one node: an hour forward, then an hour back."""

    number, name, lasts = 15, "the clock steps an hour forward and back", 8.0

    async def inject(self, world: World) -> None:
        known = (os.environ.get("LIBFAKETIME", ""), *FAKETIME)
        found = next(filter(os.path.exists, known), "")
        if not found:
            raise CannotInject("no libfaketime here; LIBFAKETIME may name one")
        self._time = world.home / "time"
        self._time.write_text("+0")
        world.site.first.stop()
        world.site.first.start(
            LD_PRELOAD=found,
            FAKETIME_TIMESTAMP_FILE=str(self._time),
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            FAKETIME_NO_CACHE="1",
        )
        await world.site.first.ready()

    async def watch(self, world: World) -> list[str]:  # noqa: ARG002
        for step in ("+3600", "-3600", "+0"):
            self._time.write_text(step)
            await asyncio.sleep(self.lasts / 3)
        return []

    async def heal(self, world: World) -> None:
        world.site.first.stop()
        world.site.first.start()


class Malformed(Fault):
    number, name, lasts = 17, "malformed AGI", 10.0

    async def inject(self, world: World) -> None:
        """Nothing before the watch."""

    async def watch(self, world: World) -> list[str]:
        where = world.site.first.address
        names = list(CORPUS)
        ended = await asyncio.gather(*(send(where, CORPUS[name]) for name in names))
        return [f"{name}: borne" for name, end in zip(names, ended, strict=True) if not end]


class Slow(Fault):
    """A thousand who send a byte in ten seconds."""

    number, name, lasts = 18, "1,000 slow peers", 22.0
    how_many: ClassVar[int] = 1_000
    feeds: ClassVar[bool] = True

    async def inject(self, world: World) -> None:
        self._besiegers = Besiegers(world.site.first.address)
        self._came = await self._besiegers.come(self.how_many)
        feeding = self._besiegers.feed() if self.feeds else asyncio.sleep(self.lasts)
        self._feeding = asyncio.ensure_future(feeding)

    async def watch(self, world: World) -> list[str]:  # noqa: ARG002
        await asyncio.sleep(self.lasts)
        borne = self._besiegers.standing()
        return [f"{borne} of {self._came} still borne"] if borne else []

    async def heal(self, world: World) -> None:  # noqa: ARG002
        self._feeding.cancel()
        self._besiegers.leave()


class Idle(Slow):
    number, name, how_many, feeds = 19, "10,000 idle connections", 10_000, False


class Flood(Fault):
    """SIP questions that lead nowhere, as scanners send them."""

    number, name, lasts = 20, "a flood of SIP OPTIONS and REGISTER", 8.0
    per_second: ClassVar[int] = 300

    async def inject(self, world: World) -> None:
        """Nothing before the watch."""

    async def watch(self, world: World) -> list[str]:
        host, _, port = world.site.hotline.sip.rpartition(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
            flood.setblocking(False)
            flood.bind(("127.0.0.66", 0))
            for number in range(int(self.lasts * 10)):
                for each in range(self.per_second // 10):
                    with contextlib.suppress(OSError):
                        flood.sendto(_scan(host, f"{number}x{each}"), (host, int(port)))
                await asyncio.sleep(0.1)
        return []


class DatabaseKilled(Fault):
    number, name, scaled = 6, "PostgreSQL is killed and comes back", True

    async def inject(self, world: World) -> None:
        await asyncio.to_thread(_there(world.postgres).kill)

    async def heal(self, world: World) -> None:
        await asyncio.to_thread(_there(world.postgres).start)


class DatabaseSlow(Fault):
    number, name, scaled, lasts = 7, "each statement takes 3 s", True, 15.0

    async def inject(self, world: World) -> None:
        await _there(world.database).be(Mode.SLOW, SLOW)

    async def heal(self, world: World) -> None:
        await _there(world.database).be(Mode.PASS)


class DatabaseAway(DatabaseSlow):
    number, name, lasts = 9, "nobody listens where the database was", 15.0

    async def inject(self, world: World) -> None:
        await _there(world.database).be(Mode.REFUSE)


class DatabaseHalfOpen(DatabaseSlow):
    number, name, lasts = 14, "the connection to the database is half open", 15.0

    async def inject(self, world: World) -> None:
        await _there(world.database).be(Mode.SWALLOW)


class RedisAway(Fault):
    number, name, scaled = 11, "Redis is away", True

    async def inject(self, world: World) -> None:
        await _there(world.redis).be(Mode.REFUSE)

    async def heal(self, world: World) -> None:
        await _there(world.redis).be(Mode.PASS)


class RedisSlow(RedisAway):
    number, name = 11, "Redis is slow"

    async def inject(self, world: World) -> None:
        await _there(world.redis).be(Mode.SLOW, SLOW)


class RedisHalfOpen(RedisAway):
    number, name, lasts = 25, "one node can not reach Redis: half open", 15.0

    async def inject(self, world: World) -> None:
        await _there(world.redis).be(Mode.SWALLOW)


class RedisFlushed(RedisAway):
    number, name = 11, "FLUSHALL"

    async def inject(self, world: World) -> None:
        def flush() -> None:
            port = _there(world.redis_server).port
            with socket.create_connection((LOOPBACK, port), 2) as asked:
                asked.sendall(b"FLUSHALL\r\n")
                asked.recv(64)

        await asyncio.to_thread(flush)


FAULTS: Final[tuple[type[Fault], ...]] = (
    Killed,
    Stopped,
    NotRunning,
    NoGuardian,
    GuardianStopped,
    AllStopped,
    Locked,
    ManagerDropped,
    ManagerHalfOpen,
    ManagerTwice,
    ManagerGarbage,
    DiskFull,
    PromptMissing,
    PromptEmpty,
    LogFull,
    LogStuck,
    ClockStepped,
    Malformed,
    Slow,
    Idle,
    Flood,
    SwitchKilled,
    DatabaseKilled,
    DatabaseSlow,
    DatabaseAway,
    DatabaseHalfOpen,
    RedisAway,
    RedisSlow,
    RedisHalfOpen,
    RedisFlushed,
)


def _there(part: _P | None) -> _P:
    if part is None:
        raise CannotInject("not on this kind of site")
    return part


async def _until(true: Callable[[], Awaitable[bool]], within: float) -> float:
    """Seconds until it was true, `within` when it never was."""
    began = time.monotonic()
    while time.monotonic() - began < within and not await true():  # noqa: ASYNC110 - asked afar
        await asyncio.sleep(0.2)
    return time.monotonic() - began


async def _is(world: World, metric: str, value: float) -> bool:
    return await world.metric(metric) == value


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


def _scan(host: str, mark: str) -> bytes:
    """A question as a scanner asks it."""
    method = "OPTIONS" if len(mark) % 2 else "REGISTER"
    return (
        f"{method} sip:{host} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.66:5071;branch=z9hG4bK{mark}\r\nMax-Forwards: 70\r\n"
        f"From: <sip:100@{host}>;tag={mark}\r\nTo: <sip:100@{host}>\r\nCall-ID: {mark}\r\n"
        f"CSeq: 1 {method}\r\nContact: <sip:100@127.0.0.66>\r\nContent-Length: 0\r\n\r\n"
    ).encode()
