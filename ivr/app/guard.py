"""The guardian as a process: beats in, orders out, several times a second."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterable
from typing import Final

from attrs import frozen

from ivr.app.manager import manager_client
from ivr.guardian.pulse import Ear
from ivr.guardian.switch import SwitchHand
from ivr.guardian.watch import Order, Watch
from ivr.kernel.clock import SystemClock
from ivr.kernel.errors import HotlineError
from ivr.kernel.log import configure, logger
from ivr.settings import AgiSettings, Settings
from ivr.telephony.manager import NobodyWatches

LOOK: Final = 0.2  # seconds between looks at who is silent
PATIENCE: Final = 5.0  # seconds for the orders of one look; the next look gives them again


class TellsLog(NobodyWatches):
    """The manager connection, in the log."""

    def up(self) -> None:
        logger().info("guarding")

    def down(self, reason: str) -> None:
        logger().warning("manager down", why=reason)

    def fault(self, fault: Exception) -> None:
        logger().error("manager callback failed", exc_info=fault)


async def guard(settings: Settings) -> None:
    """Guard the nodes of this machine until SIGTERM or SIGINT.

    Raises `NotConfigured` without a manager secret.
    """
    configure(settings.log_level)
    clock = SystemClock()
    manager = manager_client(settings, TellsLog(), events=False)
    hand = SwitchHand(manager, settings.switch.number, clock)
    ear = Ear(settings.guardian)
    manager.start()
    guardian = Guardian(Watch(local_nodes(settings.agi), clock), ear, hand)
    try:
        await _until_told(asyncio.create_task(guardian.run()))
    finally:
        ear.close()
        await manager.stop()


def local_nodes(agi: AgiSettings) -> tuple[str, ...]:
    """The nodes that beat on this machine: those at our own address."""
    return tuple(each for each in agi.addresses if each.rpartition(":")[0] == agi.host)


@frozen
class Guardian:
    """Hears, looks, and has the switch obey."""

    watch: Watch
    ear: Ear
    hand: SwitchHand

    async def run(self) -> None:
        while True:
            await self._obey(self._orders())
            await asyncio.sleep(LOOK)

    def _orders(self) -> list[Order]:
        """Beats first: one who was stopped itself must not judge by what it has not heard yet."""
        before = self.watch.silent
        orders = [order for node in self.ear.heard() for order in self.watch.beat(node)]
        orders += self.watch.look()
        for node in self.watch.silent - before:
            logger().warning("node silent", node=node)
        for node in before - self.watch.silent:
            logger().info("node back", node=node)
        return orders

    async def _obey(self, orders: Iterable[Order]) -> None:
        for order in orders:
            try:
                async with asyncio.timeout(PATIENCE):
                    await self.hand.obey(order)
            except (HotlineError, TimeoutError) as why:
                logger().warning("order not done", deed=order.deed.value, why=str(why))


async def _until_told(running: asyncio.Task[None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running
