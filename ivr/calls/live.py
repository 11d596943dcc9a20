"""Calls that are on the line now. Comfort for screens: nothing of a call depends on it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from attrs import frozen

from ivr.kernel.ids import CallId, PhoneNumber


@frozen
class LiveCall:
    """A caller on the line, where in the flow they are, and since when they are there."""

    call: CallId
    caller: PhoneNumber
    step: str
    since: datetime


class LiveCalls(Protocol):
    """The board of live calls.

    Nothing here raises because what is behind it is away: what can not be written is lost,
    and `all` answers with what is left.
    """

    async def put(self, live: LiveCall) -> None:
        """The call is here now; replaces what was known of it."""

    async def remove(self, call: CallId) -> None:
        """The call has ended. A call that is not on the board is no error."""

    async def all(self) -> tuple[LiveCall, ...]:
        """Every live call, the one that has waited longest first."""
