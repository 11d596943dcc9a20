"""How far a caller came: written by the flows as they go, read once when the call has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from ivr.calls.live import Understood, in_short, understood
from ivr.calls.record import Callback, CallbackReason, CallRecord, Means, Outcome, Step, Told
from ivr.kernel.clock import Clock
from ivr.kernel.heard import Heard
from ivr.kernel.ids import OperatorId, PhoneNumber, TicketNumber
from ivr.telephony.call import CallFacts
from routing.decision import Decision
from routing.ids import LineCode, TableVersion

STEP_LIMIT = 200  # a caller who walks the menus for an hour fills no disk
HEARD_LIMIT = 10  # of what was said, the last: nobody reads more with a caller on the line
CALLBACK_WITHIN = timedelta(hours=2)  # promised to one who waited in vain


def _nobody_watches(_journey: Journey) -> None:
    """A journey without a board that shows it."""


class Journey:
    """One call's own log. Flows write facts; nothing here decides anything.

    `outcome` only moves to something better for the caller: one who talked to an operator and
    then hung up in the survey was served, not lost. `contact` is the number to reply to: the
    own, or the one they keyed when theirs was withheld.

    Moments are counted from the beginning by the monotonic clock: a wall clock that is set in the
    middle of a call makes nothing negative and nothing an hour long.
    """

    def __init__(
        self,
        facts: CallFacts,
        table: TableVersion,
        node: str,
        clock: Clock,
        moved: Callable[[Journey], None] = _nobody_watches,
    ) -> None:
        self._facts = facts
        self._table = table
        self._node = node
        self._clock = clock
        self._moved = moved
        self.began = self._came = clock.now()
        self._ticks = clock.monotonic()
        self.contact: PhoneNumber = facts.caller
        self._steps: list[Step] = []
        self._told: list[Told] = []
        self._heard: list[tuple[Heard, Decision]] = []
        self._said_more = False
        self.brought: tuple[Understood, ...] = ()  # said to those who served the caller before
        self.outcome = Outcome.ABANDONED
        self.line: LineCode | None = None
        self.ticket: TicketNumber | None = None
        self.operator: OperatorId | None = None
        self.waited: float | None = None
        self.talked: float | None = None
        self.satisfaction: int | None = None
        self._owed: tuple[CallbackReason, datetime, str] | None = None

    @property
    def here(self) -> str:
        """The step the caller is at, '' before the first."""
        return self._steps[-1].name if self._steps else ""

    def step(self, name: str) -> None:
        """The caller has come to `name`; coming again to where they are says nothing new."""
        if name != self.here and len(self._steps) < STEP_LIMIT:
            self._steps.append(Step(name, self._now()))
            self._moved(self)

    def keyed(self, at: str, key: str) -> None:
        """The caller chose by a key at this question."""
        self._keep(Told(Means.KEY, at, key))

    def said(self, heard: Heard, decision: Decision, area: str = "") -> None:
        """The caller said what they want; `area` is where they are, as far as is known."""
        self._keep(Told(Means.WORDS, "", heard.text, area))
        self._heard = [*self._heard, (heard, decision)][-HEARD_LIMIT:]
        self._said_more = True

    def shown(self) -> tuple[Understood, ...]:
        """All that they said, for an operator, the last things last. Looks for the reasons."""
        return (*self.brought, *(understood(*each) for each in self._heard))[-HEARD_LIMIT:]

    def to_carry(self) -> tuple[Understood, ...]:
        """All that they said, when something was said since this was asked; else nothing."""
        if not self._said_more:
            return ()
        self._said_more = False
        return (*self.brought, *(in_short(*each) for each in self._heard))[-HEARD_LIMIT:]

    def _keep(self, told: Told) -> None:
        if len(self._told) < STEP_LIMIT:
            self._told.append(told)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The way so far, in order."""
        return tuple(self._steps)

    def came_by(self, steps: Iterable[Step]) -> None:
        """The caller came this way before this process served them."""
        self._steps[:0] = list(steps)[:STEP_LIMIT]

    def been(self, name: str) -> bool:
        """Whether the caller came past this step."""
        return any(step.name == name for step in self._steps)

    def owe_callback(self, reason: CallbackReason, recording: str = "") -> None:
        """Somebody must call back; the first reason stands, a recording is added to it."""
        if self._owed is None:
            self._owed = (reason, self._now() + CALLBACK_WITHIN, recording)
        elif recording:
            self._owed = (*self._owed[:2], recording)

    @property
    def owed(self) -> CallbackReason | None:
        """Why somebody must call back, if somebody must."""
        return self._owed[0] if self._owed else None

    def settle_callback(self) -> None:
        """What was owed has been given: a human answered after all."""
        self._owed = None

    def record(self) -> CallRecord:
        return CallRecord(
            call=self._facts.call,
            caller=self._facts.caller,
            dialled=self._facts.dialled,
            began=self.began,
            ended=max(self._now(), self.began),  # it may have begun by another process' clock
            outcome=self.outcome,
            steps=tuple(self._steps),
            table=self._table,
            node=self._node,
            line=self.line,
            ticket=self.ticket,
            operator=self.operator,
            waited=self.waited,
            talked=self.talked,
            satisfaction=self.satisfaction,
            told=tuple(self._told),
        )

    def callback(self) -> Callback | None:
        return None if self._owed is None else self._callback(*self._owed)

    def callback_if_lost(self, reason: CallbackReason) -> Callback:
        """What would be owed should the caller be lost here; what is owed already comes first."""
        return self._callback(*(self._owed or (reason, self._now() + CALLBACK_WITHIN, "")))

    def _now(self) -> datetime:
        return self._came + timedelta(seconds=self._clock.monotonic() - self._ticks)

    def _callback(self, reason: CallbackReason, due: datetime, recording: str) -> Callback:
        return Callback(
            call=self._facts.call,
            caller=self.contact,
            reason=reason,
            due=due,
            line=self.line,
            recording=recording,
        )
