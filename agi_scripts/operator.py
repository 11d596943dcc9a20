"""A human: the queue, and what happens when nobody is free."""

from __future__ import annotations

from prompts.catalogue import PROMPTS

from agi_scripts.choice import choose
from agi_scripts.survey import ask_satisfaction
from agi_scripts.visit import After, Visit
from ivr.calls.record import CallbackReason, Outcome
from ivr.kernel.ids import OperatorId
from ivr.telephony.call import QueueEnd, QueueResult


async def to_operator(visit: Visit) -> After:
    """Wait for an operator; a caller lost here is owed a callback.

    Nobody logged in, or a caller tired of waiting: a message instead.
    """
    visit.journey.step("operator")
    await visit.call.tell(PROMPTS.to_operator)
    visit.journey.owe_callback(CallbackReason.LOST_IN_QUEUE)
    while True:
        result = await _wait(visit)
        if result.end is QueueEnd.SERVED:
            _served(visit, result)
            return await ask_satisfaction(visit)
        if result.end is QueueEnd.TIMEOUT:
            if await choose(visit.call, PROMPTS.operators_busy, keys="12") != "2":
                continue
        elif result.end is not QueueEnd.DECLINED:
            await _nobody(visit)
        return After.MESSAGE


async def _wait(visit: Visit) -> QueueResult:
    began = visit.clock.monotonic()
    try:
        return await visit.call.queue(
            visit.times.queue, at_most=visit.times.queue_wait, shown=_shown(visit)
        )
    finally:
        waited = visit.clock.monotonic() - began
        visit.journey.waited = (visit.journey.waited or 0.0) + waited


def _shown(visit: Visit) -> str:
    """Caller and unit, for the operator's telephone."""
    caller = visit.call.facts.caller or "未显示号码"
    if visit.journey.line is None:
        return caller
    line = visit.table.table.directory.line(visit.journey.line)
    return f"{caller} {line.spoken_title}"


def _served(visit: Visit, result: QueueResult) -> None:
    visit.journey.outcome = Outcome.OPERATOR
    visit.journey.operator = OperatorId(result.operator)
    visit.journey.talked = result.talked
    visit.journey.waited = result.waited
    visit.journey.settle_callback()


async def _nobody(visit: Visit) -> None:
    visit.journey.settle_callback()
    visit.journey.owe_callback(CallbackReason.NO_OPERATOR)
    await visit.call.tell(PROMPTS.no_operators)
