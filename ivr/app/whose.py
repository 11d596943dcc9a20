"""Which calls the switch holds, asked of the manager interface."""

from __future__ import annotations

import asyncio
from typing import Final

from attrs import frozen

from ivr.calls.fence import SwitchUnknown
from ivr.kernel.units import Seconds, seconds
from ivr.telephony.call import CallFacts
from ivr.telephony.manager import ActionRefused, ManagerAway, ManagerClient

PATIENCE: Final = seconds(8)  # a connection that was lost is back by then, or the switch is down
AGAIN: Final = 0.2


@frozen
class SwitchKnows:
    """`ivr.calls.fence.Switch`. Waits for a manager connection that is being made again."""

    manager: ManagerClient
    patience: Seconds = PATIENCE

    async def holds(self, facts: CallFacts) -> bool:
        """By the channel's own id: a name may have been given to another caller since."""
        try:
            async with asyncio.timeout(self.patience):
                return await self._ask(facts) == facts.call
        except TimeoutError:
            raise SwitchUnknown("the manager interface does not answer") from None

    async def _ask(self, facts: CallFacts) -> str:
        while True:
            try:
                reply = await self.manager.action(
                    "Getvar", Channel=facts.channel, Variable="UNIQUEID"
                )
            except ActionRefused:  # no such channel
                return ""
            except ManagerAway:
                await asyncio.sleep(AGAIN)
            else:
                return reply.get("Value")
