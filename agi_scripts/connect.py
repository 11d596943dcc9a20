"""Who is responsible, and getting the caller to them."""

from __future__ import annotations

from typing import Final

from agi_scripts import words
from agi_scripts.answers import OFFERED
from agi_scripts.choice import BACK, HUMAN, choose
from agi_scripts.place import Station
from agi_scripts.visit import Visit
from ivr.calls.record import Outcome
from ivr.kernel.ids import PhoneNumber
from ivr.kernel.sound import Sound
from ivr.telephony.call import DialEnd, DialResult
from prompts.catalogue import PROMPTS
from routing.chain import LineHop, MessageHop, hops
from routing.directory import Line

REASONS: Final[dict[DialEnd, Sound]] = {
    DialEnd.BUSY: PROMPTS.line_busy,
    DialEnd.NO_ANSWER: PROMPTS.line_no_answer,
    DialEnd.UNAVAILABLE: PROMPTS.line_unavailable,
}
CHOSEN: Final = {
    "1": Station.CONNECT,
    "2": Station.MESSAGE,
    HUMAN: Station.OPERATOR,
    BACK: Station.MENU,
}


async def offer(visit: Visit) -> Station:
    """Say who is responsible and let the caller choose: connect now, a message, a human.

    What is keyed ahead of this question does not answer it: connecting has consequences.
    """
    line = _line(visit)
    if line is None:
        return Station.MENU
    visit.journey.step("offer")
    visit.place.hop = 0
    await visit.call.fresh()
    question = PROMPTS.offer_open if visit.is_open(line) else PROMPTS.offer_closed
    named = () if visit.place.introduced else (words.introduction(visit.table, line),)
    key = await choose(visit, *named, question, keys="12*", said=OFFERED)
    visit.place.introduced = False
    if key == BACK:
        visit.journey.line = None  # it was not what they meant
    return CHOSEN[key]


async def connect(visit: Visit) -> Station:
    """Ring the line, then down the table's chain until somebody answers.

    Lines that are closed now are passed over: the offer has told the caller so.
    """
    visit.journey.step("connect")
    line = _line(visit)
    if line is None:
        return Station.MENU
    chain = hops(visit.table, line.code)
    while visit.place.hop < len(chain):
        hop = chain[visit.place.hop]
        if not isinstance(hop, LineHop):
            return Station.MESSAGE if isinstance(hop, MessageHop) else Station.OPERATOR
        went = await _try(visit, visit.table.directory.line(hop.line))
        if went is not None:
            return went
        visit.place.hop += 1
    return Station.OPERATOR


def _line(visit: Visit) -> Line | None:
    """The line the caller reached; None when the table in force no longer has it."""
    code = visit.journey.line
    directory = visit.table.directory
    return directory.line(code) if code and directory.has_line(code) else None


async def _try(visit: Visit, line: Line) -> Station | None:
    """Ring one line, if it is open. None: the next one's turn."""
    if not visit.is_open(line):
        return None
    result = await _rung_while_unserved(visit, line) or await _ring(visit, line)
    if result.end is DialEnd.ANSWERED:
        _talked(visit, result)
        return Station.SURVEY
    if result.end is DialEnd.DECLINED:
        return Station.OFFER  # * while it rang: they want to choose again
    if result.end in REASONS:
        await visit.call.tell(REASONS[result.end])
    return None


async def _rung_while_unserved(visit: Visit, line: Line) -> DialResult | None:
    """How ringing this line ended, when that was after the last process died."""
    resuming, visit.place.resuming = visit.place.resuming, False
    return await visit.call.last_dial(PhoneNumber(line.number)) if resuming else None


async def _ring(visit: Visit, line: Line) -> DialResult:
    visit.journey.step(f"ring.{line.code}")
    await visit.mark()
    if visit.place.hop:
        await visit.call.tell(PROMPTS.connecting_next, words.title(line), PROMPTS.please_wait)
    else:
        await visit.call.tell(PROMPTS.connecting)
    await visit.leave_will(None)
    caller = visit.call.facts.caller or words.WITHHELD
    return await visit.call.dial(
        PhoneNumber(line.number), ring=visit.times.ring, shown=f"{caller} {line.spoken_title}"
    )


def _talked(visit: Visit, result: DialResult) -> None:
    visit.journey.outcome = Outcome.CONNECTED
    visit.journey.talked = result.talked
    visit.journey.settle_callback()
