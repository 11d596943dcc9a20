"""Our own processes: killed, stopped, or with a clock that is set."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Final

from tests.faults.blows.fault import CannotInject, Fault
from tests.faults.world import World

FAKETIME: Final = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
)


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
        await asyncio.to_thread(world.site.first.stop)
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
        await asyncio.to_thread(world.site.first.stop)
        world.site.first.start()
