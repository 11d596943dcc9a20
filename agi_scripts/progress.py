"""How a ticket stands, by its number or by the caller's own."""

from __future__ import annotations

from string import digits as ascii_digits
from typing import Final

from agi_scripts import words
from agi_scripts.choice import BACK, HUMAN, REPEAT, ask_number, choose
from agi_scripts.place import Station
from agi_scripts.visit import Visit
from ivr.calls.record import Outcome
from ivr.kernel.errors import StoreAway
from ivr.kernel.heard import Heard
from ivr.kernel.sound import Spoken
from ivr.speech import answers
from ivr.tickets.model import NoSuchTicket, Ticket
from ivr.tickets.number import LENGTH, parse
from prompts.catalogue import PROMPTS

TRIES: Final = 2  # wrong numbers before a human; it also stops those who try numbers

_FIGURES: Final = str.maketrans(
    {said: choice.key for choice in answers.digits() for said in choice.wordings}
)

_ONWARD = {HUMAN: Station.OPERATOR, BACK: Station.MENU}


async def tell_progress(visit: Visit) -> Station:
    """Ask for a number and say how the ticket stands, as often as the caller wants."""
    visit.journey.step("progress")
    while True:
        try:
            found = await _ask_for_tickets(visit)
        except StoreAway:
            await visit.call.tell(PROMPTS.progress_away)
            return Station.MENU
        if isinstance(found, Station):
            return found
        await _tell(visit, found)
        key = await choose(visit, PROMPTS.progress_more, keys="1*")
        if key != "1":
            visit.place.path.clear()
            return _ONWARD[key]


async def _ask_for_tickets(visit: Visit) -> tuple[Ticket, ...] | Station:
    """What the caller asked about, or where they go instead."""
    for _ in range(TRIES):
        # One digit more than a number has, so that the '#' that ends it is taken with it.
        reply = await ask_number(visit, PROMPTS.progress_intro, at_most=LENGTH + 1)
        keys = reply if isinstance(reply, str) else _figures(reply)
        if keys in _ONWARD:
            return _ONWARD[keys]
        if keys == REPEAT:
            continue
        found, trouble = await _look_up(visit, keys)
        if found:
            return found
        await visit.call.say(trouble)
    return Station.OPERATOR


def _figures(heard: Heard) -> str:
    """The number that was said or written; '' when there is none in it."""
    plain = heard.text.translate(_FIGURES)
    return "".join(each for each in plain if each in ascii_digits)


async def _look_up(visit: Visit, keys: str) -> tuple[tuple[Ticket, ...], Spoken]:
    """By the number that was given; who gives none means their own."""
    if not keys:
        own = visit.call.facts.caller
        found = await visit.tickets.of_caller(own) if own else ()
        return found, PROMPTS.progress_none_for_caller
    number = parse(keys)
    if number is None:
        return (), PROMPTS.progress_wrong
    try:
        return (await visit.tickets.find(number),), PROMPTS.progress_wrong
    except NoSuchTicket:
        return (), PROMPTS.progress_wrong


async def _tell(visit: Visit, tickets: tuple[Ticket, ...]) -> None:
    visit.journey.step("progress-told")
    if visit.journey.outcome is Outcome.ABANDONED:
        visit.journey.outcome = Outcome.PROGRESS
    now = visit.clock.now()
    for ticket in tickets:
        await visit.call.say(words.standing(ticket, now))
