"""Running one call: the flow it gets, what is kept of it when it ends, and what is counted."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeAlias

from attrs import frozen

from ivr.calls.fence import Fence
from ivr.calls.journey import Journey
from ivr.calls.live import LiveCall, LiveCalls
from ivr.calls.record import GONE, OPERATOR, Callback, CallLedger, CallRecord, Outcome
from ivr.calls.witness import IsOver, Witness
from ivr.kernel.background import Background
from ivr.kernel.clock import Clock
from ivr.kernel.log import logger
from ivr.kernel.metrics import Meter
from ivr.telephony.call import Call, CallerGone, CallFacts
from ivr.telephony.stepping import in_task
from routing.table import Snapshot

Flow: TypeAlias = Callable[[Call, Snapshot, Journey, IsOver], Coroutine[Any, Any, None]]
"""A whole call; it ends by returning or by `CallerGone`."""


@frozen
class CallRunner:
    """Every call of one node goes through here.

    `table` gives the snapshot in force; a call keeps the one it began with. However a flow
    ends, its record is closed once, by the process that served the call last: `fence` says
    whether that is this one.
    """

    flow: Flow
    table: Callable[[], Snapshot]
    ledger: CallLedger
    live: LiveCalls
    witness: Witness
    fence: Fence
    clock: Clock
    meter: Meter
    background: Background
    node: str

    async def __call__(self, call: Call) -> None:
        snapshot = self.table()
        journey = Journey(
            call.facts, snapshot.number, self.node, self.clock, self._board(call.facts)
        )
        self.meter.live.inc()
        gone = False
        try:
            gone = await self._follow(call, snapshot, journey)
        finally:
            self.meter.live.dec()
            await in_task(self._close(call, journey, gone=gone))

    async def _follow(self, call: Call, snapshot: Snapshot, journey: Journey) -> bool:
        """Whether the caller has gone, as far as the flow can tell."""
        try:
            await self.flow(call, snapshot, journey, partial(self._is_over, call))
        except CallerGone:
            journey.step(GONE)
            return True
        except BaseException:
            journey.outcome = Outcome.FAULT
            raise
        return False

    def _board(self, facts: CallFacts) -> Callable[[Journey], None]:
        """Shows where the call is; the call never waits for it."""
        rang = self.clock.monotonic()

        def moved(journey: Journey) -> None:
            if journey.here == "answered":
                self.meter.answer.observe(self.clock.monotonic() - rang)
            self.background.start(self.live.put(_shown(facts, journey)))

        return moved

    async def _close(self, call: Call, journey: Journey, *, gone: bool) -> None:
        await self.live.remove(call.facts.call)
        if gone and not await self._is_over(call):
            logger().info("call moved", call=call.facts.call, steps=len(journey.record().steps))
            return
        self.witness.testify(call.facts.call, journey)
        record, callback = journey.record(), journey.callback()
        self._count(record)
        _say(record, callback)
        await self.ledger.close(record, callback)

    async def _is_over(self, call: Call) -> bool:
        """False for a call that another process serves now: what is left to do is theirs."""
        return await in_task(self.fence.is_over(call.facts))

    def _count(self, record: CallRecord) -> None:
        self.meter.calls.count(record.outcome.value)
        for step in record.steps:
            self.meter.steps.count(step.name.partition(".")[0])
        if record.waited is not None:
            self.meter.waited.observe(record.waited)


def _shown(facts: CallFacts, journey: Journey) -> LiveCall:
    step = journey.steps[-1]
    return LiveCall(
        call=facts.call,
        caller=facts.caller,
        step=step.name,
        since=step.at,
        line=journey.line,
        ticket=journey.ticket,
        said=journey.shown() if journey.been(OPERATOR) else (),
    )


def _say(record: CallRecord, callback: Callback | None) -> None:
    """The one canonical line of a call."""
    logger().info(
        "call",
        call=record.call,
        outcome=record.outcome.value,
        seconds=round((record.ended - record.began).total_seconds(), 1),
        steps=[step.name for step in record.steps],
        line=record.line,
        ticket=record.ticket,
        operator=record.operator,
        waited=record.waited,
        talked=record.talked,
        satisfaction=record.satisfaction,
        callback=callback.reason.value if callback else None,
        table=record.table,
        node=record.node,
    )
