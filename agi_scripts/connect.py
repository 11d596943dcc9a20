"""Who is responsible, and getting the caller to them."""

from __future__ import annotations

from agi_scripts import words
from agi_scripts.choice import BACK, HUMAN, choose
from agi_scripts.survey import ask_satisfaction
from agi_scripts.visit import After, Visit
from ivr.calls.record import Outcome
from ivr.kernel.ids import PhoneNumber
from ivr.kernel.sound import Sound
from ivr.telephony.call import DialEnd, DialResult
from prompts.catalogue import PROMPTS
from routing.chain import LineHop, MessageHop, hops
from routing.directory import Line
from routing.ids import LineCode

REASONS: dict[DialEnd, Sound] = {
    DialEnd.BUSY: PROMPTS.line_busy,
    DialEnd.NO_ANSWER: PROMPTS.line_no_answer,
    DialEnd.UNAVAILABLE: PROMPTS.line_unavailable,
}

_CHOSEN = {HUMAN: After.HUMAN, "2": After.MESSAGE, BACK: After.BACK}


async def offer(visit: Visit, code: LineCode) -> After:
    """Say who is responsible and let the caller choose: connect now, a message, a human.

    What is keyed ahead of this question does not answer it: connecting has consequences.
    """
    line = visit.table.table.directory.line(code)
    visit.journey.line = code
    visit.journey.step("offer")
    await visit.call.fresh()
    question = PROMPTS.offer_open if visit.is_open(line) else PROMPTS.offer_closed
    key = await choose(
        visit.call, words.introduction(visit.table.table, line), question, keys="12*"
    )
    if key == BACK:
        visit.journey.line = None  # it was not what they meant
    return await connect(visit, line) if key == "1" else _CHOSEN[key]


async def connect(visit: Visit, line: Line) -> After:
    """Ring the line, then down the table's chain until somebody answers.

    Lines that are closed now are passed over: the offer has told the caller so.
    """
    visit.journey.step("connect")
    rung = False
    for hop in hops(visit.table.table, line.code):
        if not isinstance(hop, LineHop):
            return After.MESSAGE if isinstance(hop, MessageHop) else After.HUMAN
        next_line = visit.table.table.directory.line(hop.line)
        if not visit.is_open(next_line):
            continue
        await _announce(visit, next_line, direct=not rung and next_line.code == line.code)
        if await _ring(visit, next_line):
            return await ask_satisfaction(visit)
        rung = True
    return After.HUMAN


async def _announce(visit: Visit, line: Line, *, direct: bool) -> None:
    if direct:
        await visit.call.tell(PROMPTS.connecting)
    else:
        await visit.call.tell(PROMPTS.connecting_next, words.title(line), PROMPTS.please_wait)


async def _ring(visit: Visit, line: Line) -> bool:
    visit.journey.step(f"ring.{line.code}")
    caller = visit.call.facts.caller or "未显示号码"
    result = await visit.call.dial(
        PhoneNumber(line.number), ring=visit.times.ring, shown=f"{caller} {line.spoken_title}"
    )
    if result.end is DialEnd.ANSWERED:
        _talked(visit, result)
        return True
    if result.end in REASONS:
        await visit.call.tell(REASONS[result.end])
    return False


def _talked(visit: Visit, result: DialResult) -> None:
    visit.journey.outcome = Outcome.CONNECTED
    visit.journey.talked = result.talked
    visit.journey.settle_callback()
