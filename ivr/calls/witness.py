"""What the switch saw of a call that its flow could not see.

A flow only learns that its connection has gone. Whether the caller hung up or the call was moved
to another process, and whether somebody was talking to them, is known from the manager's events,
kept here until the call is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias, TypeVar

from attrs import frozen

from ivr.calls.journey import Journey
from ivr.calls.record import Outcome
from ivr.kernel.clock import Clock
from ivr.kernel.ids import CallId, OperatorId
from ivr.kernel.units import Seconds

T = TypeVar("T")

IsOver: TypeAlias = Callable[[], Coroutine[Any, Any, bool]]
"""Whether the call has ended, rather than being served by another process now."""

CALLS_WITNESSED = 10_000  # far above the calls one switch holds; older ones are forgotten first


@frozen
class Answered:
    """Somebody answered: an operator, or ('' ) a unit's line. `at` is monotonic seconds."""

    operator: str
    waited: float | None
    at: float


class Witness:
    """Told by the manager's events; asked once, when a call is closed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answered: dict[CallId, Answered] = {}
        self._ended: dict[CallId, None] = {}
        self._waiting: dict[CallId, asyncio.Event] = {}

    def operator_answered(self, call: CallId, operator: str, waited: float | None) -> None:
        answered = Answered(operator, waited, self._clock.monotonic())
        self._keep(self._answered, call, answered)

    def line_answered(self, call: CallId) -> None:
        self._keep(self._answered, call, Answered("", None, self._clock.monotonic()))

    def answered(self, call: CallId) -> bool:
        """Whether somebody was seen answering this caller."""
        return call in self._answered

    def ended(self, call: CallId) -> None:
        """The switch has hung the channel up."""
        self._keep(self._ended, call, None)
        if call in self._waiting:
            self._waiting[call].set()

    async def has_ended(self, call: CallId, within: Seconds) -> bool:
        """Whether the call is over on the switch; waits a little for the event to come."""
        if call not in self._ended:
            event = self._waiting.setdefault(call, asyncio.Event())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), within)
            self._waiting.pop(call, None)
        return call in self._ended

    def testify(self, call: CallId, journey: Journey) -> None:
        """Correct the journey of a caller who hung up while talking, and forget the call."""
        seen = self._answered.pop(call, None)
        if seen is None or journey.talked is not None:
            return
        journey.talked = self._clock.monotonic() - seen.at
        journey.settle_callback()
        if seen.operator:
            journey.outcome = Outcome.OPERATOR
            journey.operator = OperatorId(seen.operator)
            journey.waited = seen.waited
        else:
            journey.outcome = Outcome.CONNECTED

    def _keep(self, kept: dict[CallId, T], call: CallId, seen: T) -> None:
        kept[call] = seen
        while len(kept) > CALLS_WITNESSED:
            del kept[next(iter(kept))]
