"""What the switch saw of a call that its flow could not see.

When a caller hangs up while talking, the flow only learns that they are gone; whether anybody
had answered is known from the manager's events, kept here until the call is closed.
"""

from __future__ import annotations

from attrs import frozen

from ivr.calls.journey import Journey
from ivr.calls.record import Outcome
from ivr.kernel.clock import Clock
from ivr.kernel.ids import CallId, OperatorId

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

    def operator_answered(self, call: CallId, operator: str, waited: float) -> None:
        self._keep(call, Answered(operator, waited, self._clock.monotonic()))

    def line_answered(self, call: CallId) -> None:
        self._keep(call, Answered("", None, self._clock.monotonic()))

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

    def _keep(self, call: CallId, answered: Answered) -> None:
        self._answered[call] = answered
        while len(self._answered) > CALLS_WITNESSED:
            del self._answered[next(iter(self._answered))]
