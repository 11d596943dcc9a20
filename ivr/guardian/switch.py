"""What the guardian does on the switch. The dialplan's side of it is in extensions.conf.

Asterisk asks for no more than the manager class ``call`` for this, and ``reporting`` to see
which calls there are.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from attrs import frozen

from ivr.guardian.watch import Deed, Order
from ivr.kernel.clock import Clock
from ivr.kernel.log import logger
from ivr.telephony.manager import ActionRefused

RESCUE: Final = "hotline-rescue"
SERVED_BY: Final = "HOTLINE_AT"
# What Asterisk calls the state of a channel whose AGI waits for us: after the subroutine that
# rings a unit it keeps the name of that subroutine's last step until the AGI ends.
# While the caller is heard it is the application that sends their sound to us.
WAITING: Final = ("AGI", "AudioSocket", "Return")
LEASE: Final = 10  # seconds a warning holds: a guardian that dies closes no node for ever
ANSWERS: Final = 0.3  # seconds a living kernel takes to accept a connection on this machine
TOGETHER: Final = 200  # calls moved at a time; the manager takes one after the other anyway


class Fields(Protocol):
    """What is read of a listed channel."""

    def get(self, key: str) -> str: ...


class Manager(Protocol):
    """What is asked of the manager interface."""

    async def action(self, name: str, **fields: str) -> object: ...

    async def listing(self, name: str, **fields: str) -> Sequence[Fields]: ...


def silent_flag(node: str) -> str:
    """The global variable that holds until when `node` is passed over, as seconds since 1970."""
    return "HOTLINE_SILENT_" + re.sub(r"[^A-Za-z0-9]", "_", node)


def stranded(channels: Iterable[Fields], node: str) -> tuple[str, ...]:
    """The channels that wait for `node` and for nothing else.

    One in a queue or ringing a unit is in another application, and one in a bridge is talking:
    their calls go on without the node.
    """
    served = f"{SERVED_BY}={node}"
    return tuple(
        channel.get("Channel")
        for channel in channels
        if channel.get("Variable") == served
        and channel.get("Application") in WAITING
        and not channel.get("BridgeID")
    )


@frozen
class SwitchHand:
    """Carries orders out over the manager. Raises `ManagerAway` when that is not there."""

    manager: Manager
    number: str
    clock: Clock

    async def obey(self, order: Order) -> int:
        """Do it; how many callers were moved."""
        if order.deed is Deed.RESCUE:
            return await self._rescue(order.node)
        until = self.clock.now().timestamp() + LEASE if order.deed is Deed.WARN else 0
        await self.manager.action(
            "Setvar", Variable=silent_flag(order.node), Value=str(round(until))
        )
        return 0

    async def _rescue(self, node: str) -> int:
        channels = stranded(await self._channels(), node)
        if not channels or await is_dead(node):
            return 0  # Asterisk itself sees a closed connection, and cuts no recording for it
        moved = 0
        for first in range(0, len(channels), TOGETHER):
            batch = channels[first : first + TOGETHER]
            moved += sum(await asyncio.gather(*map(self._move, batch)))
        logger().warning("calls moved away", node=node, calls=moved)
        return moved

    async def _channels(self) -> Sequence[Fields]:
        return await self.manager.listing("Status", Variables=SERVED_BY)

    async def _move(self, channel: str) -> bool:
        place = {"Context": RESCUE, "Exten": self.number, "Priority": "1"}
        try:
            await self.manager.action("Redirect", Channel=channel, **place)
        except ActionRefused:
            return False  # it has hung up meanwhile
        return True


async def is_dead(node: str) -> bool:
    """Whether nobody listens there: a process that only stands still is still connected to."""
    host, _, port = node.rpartition(":")
    try:
        async with asyncio.timeout(ANSWERS):
            _, writer = await asyncio.open_connection(host, int(port))
    except ConnectionRefusedError:
        return True
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return False
