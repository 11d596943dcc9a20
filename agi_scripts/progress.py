"""How a ticket stands, by its number or by the caller's own."""

from __future__ import annotations

from typing import Final

from agi_scripts import words
from agi_scripts.choice import BACK, HUMAN, choose
from agi_scripts.place import Station
from agi_scripts.visit import Visit
from ivr.calls.record import Outcome
from ivr.kernel.errors import StoreAway
from ivr.kernel.sound import Spoken
from ivr.telephony.call import Digits
from ivr.tickets.model import NoSuchTicket, Ticket
from ivr.tickets.number import LENGTH, parse
from prompts.catalogue import PROMPTS

TRIES: Final = 2  # wrong numbers before a human; it also stops those who try numbers

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
        reply = await visit.call.ask(PROMPTS.progress_intro, at_most=LENGTH + 1)
        if reply.keys in _ONWARD:
            return _ONWARD[reply.keys]
        found, trouble = await _look_up(visit, reply)
        if found:
            return found
        await visit.call.say(trouble)
    return Station.OPERATOR


async def _look_up(visit: Visit, reply: Digits) -> tuple[tuple[Ticket, ...], Spoken]:
    if not reply.keys:
        own = visit.call.facts.caller
        found = await visit.tickets.of_caller(own) if own else ()
        return found, PROMPTS.progress_none_for_caller
    number = parse(reply.keys)
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
