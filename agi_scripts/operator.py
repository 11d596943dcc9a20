"""A human: the queue, and what happens when nobody is free."""

from __future__ import annotations

from typing import Final

from agi_scripts import words
from agi_scripts.answers import BUSY
from agi_scripts.choice import choose
from agi_scripts.place import Station
from agi_scripts.visit import Visit
from ivr.calls.record import OPERATOR, CallbackReason, Outcome
from ivr.kernel.ids import OperatorId
from ivr.kernel.sound import Spoken
from ivr.telephony.call import QueueEnd, QueueResult
from prompts.catalogue import PROMPTS

WAITS: Final = 20  # half an hour: operators who never pick up hold nobody's line for ever


async def to_operator(visit: Visit) -> Station:
    """Wait for an operator; a caller lost here is owed a callback, from the first word on.

    Nobody logged in, a queue that is full, nobody who picks up, or a caller tired of waiting: a
    message instead, and the caller is told which it is.
    """
    visit.journey.step(OPERATOR)
    visit.journey.owe_callback(CallbackReason.LOST_IN_QUEUE)
    result = await visit.call.last_queue() if visit.place.resuming else None
    if result is None:
        await visit.leave_will(CallbackReason.LOST_IN_QUEUE)
        await visit.call.tell(PROMPTS.to_operator)
    for _ in range(WAITS):
        result = result or await _wait(visit)
        if result.end is QueueEnd.SERVED:
            return _served(visit, result)
        if result.end is QueueEnd.DECLINED:
            return Station.MESSAGE
        if result.end is QueueEnd.NO_OPERATORS:
            return await _instead(visit, PROMPTS.no_operators)
        if result.end is not QueueEnd.TIMEOUT:
            break
        if await choose(visit, PROMPTS.operators_busy, keys="12", said=BUSY) == "2":
            return Station.MESSAGE
        result = None
    return await _instead(visit, PROMPTS.all_operators_busy)


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
    caller = visit.call.facts.caller or words.WITHHELD
    code, directory = visit.journey.line, visit.table.directory
    if code is None or not directory.has_line(code):
        return caller
    return f"{caller} {directory.line(code).spoken_title}"


def _served(visit: Visit, result: QueueResult) -> Station:
    visit.journey.outcome = Outcome.OPERATOR
    visit.journey.operator = OperatorId(result.operator)
    visit.journey.talked = result.talked
    visit.journey.waited = result.waited
    visit.journey.settle_callback()
    return Station.SURVEY


async def _instead(visit: Visit, why: Spoken) -> Station:
    visit.journey.settle_callback()
    visit.journey.owe_callback(CallbackReason.NO_OPERATOR)
    await visit.call.tell(why)
    return Station.MESSAGE
