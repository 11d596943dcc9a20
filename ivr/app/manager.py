"""The manager connection as the settings name it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from ivr.kernel.errors import NotConfigured
from ivr.kernel.log import logger
from ivr.kernel.metrics import Meter
from ivr.settings import AmiSettings, Settings
from ivr.telephony.manager import Login, ManagerAway, ManagerClient, ManagerObserver, NobodyWatches

PATIENCE: Final = 5.0  # seconds a command waits for the switch


class ManagerMeter:
    """Watches the connection; see `ivr.telephony.manager.ManagerObserver`."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def up(self) -> None:
        self._meter.manager_up.set(1)
        logger().info("manager up")

    def down(self, reason: str) -> None:
        self._meter.manager_up.set(0)
        logger().warning("manager down", why=reason)

    def fault(self, fault: Exception) -> None:
        self._meter.fault("manager")
        logger().error("manager callback failed", exc_info=fault)


def manager_client(
    settings: Settings, observer: ManagerObserver, *, events: bool = True
) -> ManagerClient:
    """Not started yet. Raises `NotConfigured` without a secret."""
    secret = settings.ami.secret.get_secret_value()
    if not secret:
        raise NotConfigured(f"no manager secret: run `hotline init` ({settings.secrets})")
    login = Login(settings.ami.user, secret)
    address = (settings.ami.host, settings.ami.port)
    # What is not for us is kept away by the user's classes and filters in manager.conf.
    return ManagerClient(address, login, observer=observer, events=events)


@contextlib.asynccontextmanager
async def connected_manager(settings: Settings) -> AsyncIterator[ManagerClient]:
    """For one command: connected, or `ManagerAway` after some seconds."""
    async with connected(manager_client(settings, NobodyWatches()), settings.ami) as client:
        yield client


@contextlib.asynccontextmanager
async def connected(client: ManagerClient, where: AmiSettings) -> AsyncIterator[ManagerClient]:
    """The client of one command, connected; it is stopped at the end of the block."""
    up = asyncio.Event()

    async def tell() -> None:
        up.set()

    client.on_up(tell)
    client.start()
    try:
        async with asyncio.timeout(PATIENCE):
            await up.wait()
    except TimeoutError:
        await client.stop()
        address = f"{where.host}:{where.port}"
        raise ManagerAway(f"Asterisk的管理接口 {address} 没有回答") from None
    try:
        yield client
    finally:
        await client.stop()
