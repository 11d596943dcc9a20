"""One way to ask a caller, so that 0, 9, what is said everywhere and trouble mean the same."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from agi_scripts.answers import NOTHING_SAID, Said, hints, is_wish
from agi_scripts.place import Station
from agi_scripts.visit import Visit
from ivr.kernel.heard import SURE
from ivr.kernel.sound import Spoken
from ivr.speech import answers
from ivr.telephony.call import Digits, Utterance
from prompts.catalogue import PROMPTS

HUMAN: Final = "0"
REPEAT: Final = "9"
BACK: Final = "*"
UNCLEAR: Final = "?"  # no key of a telephone
MISSES_BEFORE_HUMAN: Final = 2  # two misunderstandings reach a human
REPEATS: Final = 20  # a stuck 9 key must not hold a line for ever

_COMMANDS: Final = {answers.HUMAN: HUMAN, answers.REPEAT: REPEAT, answers.BACK: BACK}


@frozen
class Question:
    """What is asked; `by_keys` and `again` where nobody can hear the answer.

    `again` is for a caller who has heard it, or some of it. Both are `spoken` unless given.
    """

    spoken: tuple[Spoken, ...]
    by_keys: tuple[Spoken, ...] = ()
    again: tuple[Spoken, ...] = ()


class Diverted(Exception):
    """The caller said what goes before any question: somebody is in danger, or they hang up."""

    def __init__(self, station: Station) -> None:
        super().__init__(station.value)
        self.station = station


async def choose(visit: Visit, *question: Spoken, keys: str, said: Said = NOTHING_SAID) -> str:
    """One of `keys`, or HUMAN: pressed, said, or reached by two misunderstandings in a row.

    `said` are words that stand for a key, beside its number. 9 says the question again unless it
    is one of `keys`. A wrong key is told so and throws away what was typed ahead with it: those
    keys were meant for another question. Raises `Diverted`.
    """
    answer = await _ask(visit, Question(question), keys, said, wishes=False)
    return answer if isinstance(answer, str) else HUMAN


async def choose_or_say(
    visit: Visit, question: Question, *, keys: str, said: Said = NOTHING_SAID
) -> str | Utterance:
    """As `choose`, or whatever else the caller says, in their own words."""
    return await _ask(visit, question, keys, said, wishes=True)


async def answer(visit: Visit, *question: Spoken, keys: str, said: Said = NOTHING_SAID) -> str:
    """What is keyed, or the key that is said, of a question that does without an answer.

    '' for silence, UNCLEAR for words that are no answer. Raises `Diverted`.
    """
    reply = await _listen(visit, Question(question), keys, said)
    return reply if isinstance(reply, str) else UNCLEAR


async def ask_number(visit: Visit, *question: Spoken, at_most: int) -> str | Utterance:
    """Up to `at_most` keys, the key of what is said everywhere, or other words."""
    return await _listen(visit, Question(question), "", NOTHING_SAID, at_most=at_most)


async def _ask(
    visit: Visit, question: Question, keys: str, said: Said, *, wishes: bool
) -> str | Utterance:
    misses = 0
    for _ in range(REPEATS):
        answer = await _listen(visit, question, keys, said)
        if isinstance(answer, Utterance) and wishes:
            return answer
        if isinstance(answer, str) and answer and answer in keys + HUMAN:
            return answer
        if answer == REPEAT:
            continue
        misses += 1
        if misses == MISSES_BEFORE_HUMAN:
            break
        await _say_trouble(visit, answer)
    await visit.call.say(PROMPTS.to_human_after_trouble)
    return HUMAN


async def _listen(
    visit: Visit, question: Question, keys: str, said: Said, *, at_most: int = 1
) -> str | Utterance:
    """A key, '' for nothing, or words that are no answer to the question."""
    if visit.understanding is None or not visit.hears:
        again = question.again or question.spoken
        return (await visit.call.ask(*again, at_most=at_most)).keys
    reply = await visit.call.listen(
        *question.spoken,
        by_keys=question.by_keys,
        unheard=(PROMPTS.keys_please, *(question.again or question.spoken)),
        expecting=hints(keys, said, visit.understanding.places),
        at_most=at_most,
    )
    if isinstance(reply, Digits):
        return reply.keys
    if reply.choice == answers.HANG_UP:
        raise Diverted(Station.GOODBYE)
    if reply.choice in said and is_wish(reply.choice):
        return reply
    if reply.choice:
        return _COMMANDS.get(reply.choice, reply.choice)
    if reply.is_nothing:
        return ""
    beware(visit, reply)
    return reply


def beware(visit: Visit, heard: Utterance) -> None:
    """Danger goes before everything; raises `Diverted` when it is heard."""
    number = visit.understanding.danger(heard) if visit.understanding else ""
    if visit.understanding and number:
        area = visit.place.area
        visit.journey.said(heard, visit.understanding.decide(heard, area), area or "")
        visit.place.danger, visit.place.doubtful = number, heard.confidence < SURE
        raise Diverted(Station.EMERGENCY)


async def _say_trouble(visit: Visit, answer: str | Utterance) -> None:
    if not isinstance(answer, str):
        await visit.call.say(PROMPTS.not_understood)
    elif answer:
        await visit.call.fresh()
        await visit.call.say(PROMPTS.no_such_choice)
    else:
        await visit.call.say(PROMPTS.nothing_heard)
