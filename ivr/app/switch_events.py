"""What the switch reports, turned into what the desk shows and what calls are told by."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from attrs import define, evolve, field

from ivr.app.unserved import Unserved
from ivr.calls.record import Outcome
from ivr.calls.witness import Witness
from ivr.desk.commands import Fields, Manager, OperatorCommands, Seat, operator_of, who_sits
from ivr.desk.presence import OperatorPresence, OperatorState, Presence
from ivr.kernel.background import Background
from ivr.kernel.clock import Clock
from ivr.kernel.ids import CallId, OperatorId
from ivr.kernel.metrics import Meter
from ivr.kernel.people import AccountName
from ivr.tickets.will import Will

WITNESSED: Final = ("AgentConnect", "DialEnd", "Hangup")
MEMBERS: Final = (
    "QueueMemberAdded",
    "QueueMemberRemoved",
    "QueueMemberPause",
    "QueueMemberStatus",
)
WAITING: Final = ("QueueCallerJoin", "QueueCallerLeave")
RINGING: Final = ("AgentCalled", "AgentRingNoAnswer", "AgentComplete")
EVENTS: Final = (*WITNESSED, *MEMBERS, *WAITING, *RINGING)

# Asterisk's device states in which a seat still has the caller who rang there: in use, ringing.
_OCCUPIED: Final = ("2", "6", "7")
_WITH_A_CALLER: Final = (OperatorState.RINGING, OperatorState.TALKING)

DIALLED: Final = ("AppDial", "AppQueue")  # what Asterisk says runs on a channel that was rung


class Wills(Protocol):
    """Where wills are kept."""

    def amend(self, call: CallId, change: Callable[[Will], Will]) -> None:
        """Replace the will of this call, if it has one. Waits for the disk."""


@define
class SwitchEvents:
    """Handles each event as it comes; `reread` replaces all that was known after a reconnect.

    Who talks to somebody is written into the caller's will as well: should no process of ours
    live when they hang up, nobody calls them back for having been served.
    """

    manager: Manager
    queue: str
    witness: Witness
    presence: Presence
    clock: Clock
    meter: Meter
    background: Background
    wills: Wills
    unserved: Unserved
    _members: set[OperatorId] = field(factory=set)
    _callers: dict[OperatorId, CallId] = field(factory=dict)
    _sitting: dict[OperatorId, AccountName | None] = field(factory=dict)

    def handle(self, event: Fields) -> None:
        """One event of EVENTS; others are not for us."""
        name = event.get("Event")
        if name == "AgentConnect":
            self._agent_connected(event)
        elif name == "DialEnd":
            self._dial_ended(event)
        elif name == "Hangup":
            self.witness.ended(CallId(event.get("Uniqueid")))
            self.unserved.ended(CallId(event.get("Uniqueid")))
        elif name in RINGING:
            self._rings(event, name)
        elif name in WAITING:
            self.meter.queue_waiting.set(_number(event.get("Count")))
        elif name in MEMBERS:
            self._member(event, gone=name == "QueueMemberRemoved")

    async def reread(self) -> None:
        """Ask the switch who talks and who is in the queue; whoever is not there has left."""
        self._callers.clear()
        self.unserved.forget()
        self._see_talks(await self.manager.listing("CoreShowChannels"))
        listed = await self.manager.listing("QueueStatus", Queue=self.queue)
        waiting = [event for event in listed if event.get("Event") == "QueueEntry"]
        self.meter.queue_waiting.set(len(waiting))
        for caller in waiting:
            self.unserved.seen(caller)
        seats = await OperatorCommands(self.manager, self.queue).seats()
        for gone in self._members - {seat.operator for seat in seats}:
            self._is(gone, OperatorState.AWAY)
        for seat in seats:
            self._sitting[seat.operator] = seat.who
            self._is(seat.operator, _state(seat))

    def _agent_connected(self, event: Fields) -> None:
        operator = OperatorId(operator_of(event.get("Interface")))
        call = CallId(event.get("Uniqueid"))
        if operator:
            self._has(operator, call, OperatorState.TALKING)
            self.unserved.seen(event)
        self._answered(call, operator, float(_number(event.get("HoldTime"))))

    def _rings(self, event: Fields, name: str) -> None:
        """A seat is rung for a caller, or has that caller no longer."""
        operator = OperatorId(operator_of(event.get("Interface")))
        if not operator:
            return
        if name == "AgentCalled":
            self._has(operator, CallId(event.get("Uniqueid")), OperatorState.RINGING)
            self.unserved.seen(event)
        elif self._callers.pop(operator, None) and name == "AgentRingNoAnswer":
            self._is(operator, OperatorState.LOGGED_IN)

    def _has(self, operator: OperatorId, call: CallId, state: OperatorState) -> None:
        self._callers[operator] = call
        self._is(operator, state)

    def _dial_ended(self, event: Fields) -> None:
        """A unit's line that answered; operators are rung by the queue, which tells more."""
        if event.get("DialStatus") == "ANSWER" and not operator_of(event.get("DestChannel")):
            self._answered(CallId(event.get("Uniqueid")), OperatorId(""), None)

    def _see_talks(self, channels: Iterable[Fields]) -> None:
        """What was answered while nobody watched; how long they had waited is not known."""
        bridges: dict[str, list[Fields]] = {}
        for channel in channels:
            bridges.setdefault(channel.get("BridgeId"), []).append(channel)
        bridges.pop("", None)
        for talkers in bridges.values():
            rung = [each for each in talkers if each.get("Application") in DIALLED]
            came = [each for each in talkers if each not in rung]
            if len(rung) == len(came) == 1:
                call = CallId(came[0].get("Uniqueid"))
                operator = OperatorId(operator_of(rung[0].get("Channel")))
                if operator:
                    self._callers[operator] = call
                    self.unserved.seen(came[0])
                if not self.witness.answered(call):
                    self._answered(call, operator, None)

    def _answered(self, call: CallId, operator: OperatorId, waited: float | None) -> None:
        if operator:
            self.witness.operator_answered(call, operator, waited)
        else:
            self.witness.line_answered(call)

        def served(will: Will) -> Will:
            outcome = Outcome.OPERATOR if operator else Outcome.CONNECTED
            who = operator or will.record.operator
            known = waited if operator else will.record.waited
            record = evolve(will.record, outcome=outcome, operator=who, waited=known)
            return evolve(will, record=record, callback=None)

        self.background.start(asyncio.to_thread(self.wills.amend, call, served))

    def _member(self, event: Fields, *, gone: bool) -> None:
        operator = OperatorId(operator_of(event.get("Interface")))
        if not operator:
            return
        self._sitting[operator] = who_sits(event.get("MemberName"))
        if gone:
            self._is(operator, OperatorState.AWAY)
        elif event.get("InCall") == "1":
            self._is(operator, OperatorState.TALKING)
        elif operator in self._callers and event.get("Status") in _OCCUPIED:
            return
        elif event.get("Paused") == "1":
            self._is(operator, OperatorState.PAUSED)
        else:
            self._is(operator, OperatorState.LOGGED_IN)

    def _is(self, operator: OperatorId, state: OperatorState) -> None:
        if state is OperatorState.AWAY:
            self._members.discard(operator)
            self._sitting.pop(operator, None)
        else:
            self._members.add(operator)
        if state not in _WITH_A_CALLER:
            self._callers.pop(operator, None)
        self.meter.operators.set(len(self._members))
        seen = OperatorPresence(
            operator=operator,
            state=state,
            since=self.clock.now(),
            call=self._callers.get(operator),
            who=self._sitting.get(operator),
        )
        self.background.start(self.presence.set(seen))


def _state(seat: Seat) -> OperatorState:
    if seat.in_call:
        return OperatorState.TALKING
    return OperatorState.PAUSED if seat.paused else OperatorState.LOGGED_IN


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
