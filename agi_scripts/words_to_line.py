"""From what a caller said to the line that takes it: decide, ask back, and never ask for ever.

words -> decision -> danger                        -> EMERGENCY
-> a human, how a ticket stands  -> OPERATOR, PROGRESS
-> sure                          -> CONFIRM -> OFFER
-> two or three lines            -> CANDIDATES -> OFFER
-> the place decides             -> AREA -> OFFER
-> not clear                     -> once more; twice: OPERATOR
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from agi_scripts import answers, words
from agi_scripts.choice import BACK, HUMAN, Question, choose_or_say
from agi_scripts.place import Station
from agi_scripts.visit import Understanding, Visit
from ivr.kernel.heard import SURE, Heard
from ivr.kernel.sound import Spoken
from prompts.catalogue import PROMPTS
from routing import outcomes
from routing.decision import Certainty, Decision
from routing.directory import AreaLevel
from routing.ids import AreaCode, LineCode
from routing.menu import AreaQuestion
from routing.table import RoutingTable

MISSES_BEFORE_HUMAN: Final = 2  # two misunderstandings reach a human
OFFERED: Final = 3  # more than three candidates are not kept in mind


async def follow_words(visit: Visit, heard: Heard, by: Understanding) -> Station:
    """Where what was said leads."""
    decision = by.decide(heard, visit.place.area)
    visit.journey.said(heard, decision, visit.place.area or "")
    _note_area(visit, decision)
    if decision.is_emergency:
        doubtful = heard.confidence < SURE or decision.certainty is not Certainty.SURE
        visit.place.danger, visit.place.doubtful = decision.number, doubtful
        return Station.EMERGENCY
    if decision.intent == outcomes.HUMAN:
        return Station.OPERATOR
    if decision.intent == outcomes.PROGRESS:
        return Station.PROGRESS
    if decision.line is None or decision.certainty is Certainty.UNSURE:
        return await misunderstood(visit, PROMPTS.not_understood)
    if decision.certainty is Certainty.ASK:
        return await _ask_which(visit, decision)
    return _reached(visit, decision.line)


async def misunderstood(visit: Visit, *sorry: Spoken) -> Station:
    """Ask once more in other words; the second time a human takes it."""
    visit.journey.line = None
    visit.place.path.clear()
    visit.place.misheard += 1
    if visit.place.misheard >= MISSES_BEFORE_HUMAN:
        visit.place.misheard = 0
        await visit.call.say(PROMPTS.to_human_after_trouble)
        return Station.OPERATOR
    await visit.call.say(*sorry, PROMPTS.say_it_again)
    return Station.MENU


async def confirm(visit: Visit) -> Station:
    """Name what was understood and whose it is; go on with a yes."""
    line = visit.journey.line
    if line is None or not visit.table.directory.has_line(line):
        return Station.MENU
    visit.journey.step("confirm")
    named = words.introduction(visit.table, visit.table.directory.line(line))
    key = await _answer(visit, named, PROMPTS.confirm, keys="12" + BACK, said=answers.CONFIRM)
    if isinstance(key, Station):
        return key
    if key != answers.YES:
        return await misunderstood(visit)
    visit.place.misheard = 0
    visit.place.introduced = True
    return Station.OFFER


async def choose_candidate(visit: Visit) -> Station:
    """The lines that it may be, as a menu made on the spot."""
    lines = [code for code in visit.place.candidates if visit.table.directory.has_line(code)]
    if not lines:
        return Station.MENU
    visit.journey.step("candidates")
    keyed = {str(at): visit.table.directory.line(code) for at, code in enumerate(lines, start=1)}
    said = answers.of_titles((key, line.spoken_title) for key, line in keyed.items())
    question = words.candidates(keyed)
    key = await _answer(visit, *question, keys="".join(keyed) + BACK, said=said)
    if isinstance(key, Station):
        return key
    if key == BACK:
        return await misunderstood(visit)
    visit.place.misheard = 0
    return _settle(visit, keyed[key].code, sure=True)


async def ask_area(visit: Visit) -> Station:
    """Place decides between the city's line and the district's; a street's name will do."""
    menu, asked = visit.table.menu, visit.place.question
    if asked is None or not menu.has_question(asked):
        return Station.MENU
    question = menu.question(asked)
    visit.journey.step("area")
    keys = "".join(choice.key for choice in question.choices)
    reply = await _place(visit, question, keys)
    if isinstance(reply, Station):
        return reply
    answer = question.choice_for(reply)
    if answer is None:
        return Station.MENU
    visit.place.area = answer.area
    visit.journey.line = answer.line
    return Station.OFFER


async def _place(visit: Visit, question: AreaQuestion, keys: str) -> str | Station:
    """The key of the district that was keyed, named, or holds the place that was named."""
    asked = words.area_question(question)
    reply = await choose_or_say(
        visit, Question(asked), keys=keys + BACK, said=answers.of_areas(question)
    )
    if isinstance(reply, Heard):
        found = visit.understanding and visit.understanding.decide(reply, None).areas
        district = district_of(visit.table, found or ())
        reply = next((each.key for each in question.choices if each.area == district), "")
        reply = reply or question.choices[-1].key  # 不清楚或全市
    if reply == HUMAN:
        return Station.OPERATOR
    visit.journey.keyed(question.id, reply)
    return reply


async def _answer(visit: Visit, *question: Spoken, keys: str, said: answers.Said) -> str | Station:
    """A key of the question, or where the caller's own words lead."""
    reply = await choose_or_say(visit, Question(question), keys=keys, said=said)
    if reply == HUMAN:
        return Station.OPERATOR
    if isinstance(reply, str):
        return reply
    if visit.understanding is None:
        return await misunderstood(visit)
    return await follow_words(visit, reply, visit.understanding)


async def _ask_which(visit: Visit, decision: Decision) -> Station:
    lines = tuple(_of_different_matters(visit.table, decision.likely))[:OFFERED]
    if len(lines) < 2:
        return _reached(visit, decision.candidates[0].line)
    visit.place.candidates = lines
    return Station.CANDIDATES


def _of_different_matters(table: RoutingTable, lines: Iterable[LineCode]) -> Iterable[LineCode]:
    """Of the lines that one question tells apart, the likeliest: place is asked afterwards."""
    asked = set()
    for line in lines:
        question = question_of(table, line)
        if question is None:
            yield line
        elif question.id not in asked:
            asked.add(question.id)
            yield line


def _reached(visit: Visit, line: LineCode) -> Station:
    return _settle(visit, line, sure=False)


def _settle(visit: Visit, line: LineCode, *, sure: bool) -> Station:
    """The line, once place has had its say; what was only understood is confirmed."""
    question = question_of(visit.table, line)
    if question is not None and visit.place.area is None:
        visit.place.question = question.id
        return Station.AREA
    if question is not None:
        line = question.line_in(visit.place.area) or line
    visit.journey.line = line
    return Station.OFFER if sure else Station.CONFIRM


def question_of(table: RoutingTable, line: LineCode) -> AreaQuestion | None:
    """The question by which place chooses between this line and its twin."""
    for question in table.menu.questions:
        lines = {choice.line for choice in question.choices}
        if line in lines and len(lines) > 1:
            return question
    return None


def district_of(table: RoutingTable, areas: Iterable[AreaCode]) -> AreaCode | None:
    """The district that all these places lie in; None for none and for several."""
    districts = {
        each.code
        for area in areas
        if table.directory.has_area(area)
        for each in table.directory.area_path(area)
        if each.level is AreaLevel.DISTRICT
    }
    return districts.pop() if len(districts) == 1 else None


def _note_area(visit: Visit, decision: Decision) -> None:
    district = district_of(visit.table, decision.areas)
    if district is not None:
        visit.place.area = district
