"""Whose a call is once its connection has gone: over, and ours to close, or served elsewhere.

A process that was stopped for a while wakes up to lost connections. Some of their callers hung
up, and somebody must write that down; others are being served by another process, and nothing
may be done for them twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from attrs import frozen

from ivr.calls.witness import Witness
from ivr.kernel.errors import HotlineError
from ivr.kernel.units import Seconds, seconds
from ivr.telephony.call import CallFacts

EVENT_WITHIN: Final = seconds(2)  # the event and the closed connection come within milliseconds
SPEAKS_LAST: Final = seconds(10)  # the process that took a call over has closed it by then


class SwitchUnknown(HotlineError):
    """The switch can not be asked."""

    id = "switch-unknown"


class Switch(Protocol):
    """Who knows which calls there are."""

    async def holds(self, facts: CallFacts) -> bool:
        """Whether the caller is on the line now. Raises `SwitchUnknown` after some seconds."""


@frozen
class Fence:
    """Asked once a connection is lost.

    `stalled` says whether this process stood still lately. Then a call that is over may have
    been served to its end by another, whose word counts: stores keep what is closed first,
    so one who slept speaks last.
    """

    witness: Witness
    switch: Switch
    stalled: Callable[[], bool]
    event_within: Seconds = EVENT_WITHIN
    speaks_last: Seconds = SPEAKS_LAST

    async def is_over(self, facts: CallFacts) -> bool:
        """False for a call that another process serves now: what is left to do is theirs.

        When nobody can tell it counts as over: calling back once too often is better than not
        at all.
        """
        stalled = self.stalled()
        if not await self.witness.has_ended(facts.call, self.event_within) and await self._held(
            facts
        ):
            return False
        if stalled:
            await asyncio.sleep(self.speaks_last)
        return True

    async def _held(self, facts: CallFacts) -> bool:
        try:
            return await self.switch.holds(facts)
        except SwitchUnknown:
            return False
