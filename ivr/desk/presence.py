"""Who is at the desk now, as the switch reports it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final, Protocol

from attrs import evolve, frozen

from ivr.kernel.ids import CallId, OperatorId
from ivr.kernel.people import AccountName


class OperatorState(Enum):
    """What an operator is doing. The Chinese words are those of operators' screens."""

    LOGGED_IN = "logged-in"  # 就绪: free to take a call
    PAUSED = "paused"  # 示忙
    RINGING = "ringing"  # 振铃: a caller is about to be put through
    TALKING = "talking"  # 通话中
    AWAY = "away"  # 签出


_HAS_CALLER: Final = (OperatorState.RINGING, OperatorState.TALKING)


@frozen
class OperatorPresence:
    """One operator: the state they are in, since when, and the caller they have then.

    `call` is the caller who rings there or is talked to, None where that is not known. `who`
    is the account that logged in there; None where the seat was logged in by its number alone.
    """

    operator: OperatorId
    state: OperatorState
    since: datetime
    call: CallId | None = None
    who: AccountName | None = None

    @property
    def has_caller(self) -> bool:
        """Whether a telephone rings there, or somebody talks."""
        return self.state in _HAS_CALLER

    def says_again(self, before: OperatorPresence | None) -> bool:
        """Whether this was known, but for the moment."""
        return before is not None and before == evolve(self, since=before.since)


class Presence(Protocol):
    """What is known of operators. It is the present only: the switch can tell it all again.

    Nothing here raises because what is behind it is away: what can not be written is lost,
    and `all` answers with what is left.
    """

    async def set(self, presence: OperatorPresence) -> None:
        """The operator is in this state now.

        Reporting the state they are in already keeps its `since`, so that hearing everything
        again from the switch changes nothing.
        """

    async def all(self) -> tuple[OperatorPresence, ...]:
        """Everybody who was ever seen, by operator id; who has left is AWAY."""
