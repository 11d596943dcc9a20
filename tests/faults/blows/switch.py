"""Asterisk, and the manager connection to it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Final

from tests.faults.blows.fault import Fault
from tests.faults.proxy import Mode
from tests.faults.world import SEATS, World

NOTICED: Final = 10.0  # seconds in which a lost manager connection has to be seen


class SwitchKilled(Fault):
    """Calls are lost with it; what was said in them is not."""

    number, name, drops, lasts, unserved = 3, "Asterisk is killed", True, 12.0, 12.0

    async def inject(self, world: World) -> None:
        pid = int(world.site.hotline.facts["pids"]["asterisk"])
        os.kill(pid, signal.SIGKILL)

    async def watch(self, world: World) -> list[str]:
        """Who was at their telephone before is in the queue again, without a deed of theirs."""
        await asyncio.sleep(self.lasts)
        said = await asyncio.to_thread(world.site.hotline.asterisk, "queue show")
        return [f"{seat} is not in the queue" for seat in SEATS if f"op{seat}" not in said]


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


class _ThroughProxy(Fault):
    """What the proxy before the manager interface does to its bytes, until it passes them again."""

    mode: Mode

    async def inject(self, world: World) -> None:
        await world.ami.be(self.mode)

    async def heal(self, world: World) -> None:
        await world.ami.be(Mode.PASS)


class ManagerHalfOpen(_ThroughProxy):
    number, name, lasts = 13, "the manager connection is half open", 20.0
    mode = Mode.SWALLOW

    async def watch(self, world: World) -> list[str]:
        took = await _until(lambda: _is(world, "manager_up", 0.0), self.lasts)
        await asyncio.sleep(max(0.0, self.lasts - took))
        return [f"seen after {took:.1f} s only"] if took > NOTICED + 0.5 else []


class ManagerTwice(_ThroughProxy):
    number, name, mode = 26, "every manager event comes twice", Mode.TWICE


class ManagerGarbage(_ThroughProxy):
    number, name = 17, "manager lines with hidden line breaks, NUL and what nobody asked for"
    mode = Mode.GARBAGE


async def _until(true: Callable[[], Awaitable[bool]], within: float) -> float:
    """Seconds until it was true, `within` when it never was."""
    began = time.monotonic()
    while time.monotonic() - began < within and not await true():  # noqa: ASYNC110 - asked afar
        await asyncio.sleep(0.2)
    return time.monotonic() - began


async def _is(world: World, metric: str, value: float) -> bool:
    return await world.metric(metric) == value
