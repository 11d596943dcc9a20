"""Calls that are on the line now. Comfort for screens: nothing of a call depends on it."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from attrs import evolve, frozen

from ivr.kernel.heard import Heard
from ivr.kernel.ids import CallId, PhoneNumber, TicketNumber
from routing.decision import Decision
from routing.ids import LineCode, TableVersion

REASONS: Final = 5  # more than anybody reads while a telephone rings


@frozen
class Understood:
    """What a machine heard a caller say, what it took that for, and why.

    `confidence`, 0..1, is of the words; `label` of the decision is ROUTE, HUMAN, EMERGENCY:119 and
    so on (`routing.outcomes`), `lines` the likely ones, best first. `table` decided; None where
    that is not known, after another process had the call.
    """

    text: str
    confidence: float
    label: str
    lines: tuple[LineCode, ...] = ()
    because: tuple[str, ...] = ()
    table: TableVersion | None = None


def understood(heard: Heard, decision: Decision) -> Understood:
    """For the screen; looks for the reasons, which takes a millisecond."""
    because = tuple(each.rule for each in decision.because[:REASONS])
    return evolve(in_short(heard, decision), because=because)


def in_short(heard: Heard, decision: Decision) -> Understood:
    """Without the reasons."""
    return Understood(
        text=heard.text,
        confidence=round(heard.confidence, 3),
        label=decision.label,
        lines=decision.likely,
        table=decision.table,
    )


@frozen
class LiveCall:
    """A caller on the line, where in the flow they are, and since when they are there.

    `line` is what they came for, as far as is known. What they `said` is there from the moment
    they ask for a human on, for whoever answers.
    """

    call: CallId
    caller: PhoneNumber
    step: str
    since: datetime
    line: LineCode | None = None
    ticket: TicketNumber | None = None
    said: tuple[Understood, ...] = ()


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
