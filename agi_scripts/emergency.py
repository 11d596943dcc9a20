"""Somebody is in danger: the number that helps, now; what we register can wait."""

from __future__ import annotations

from typing import Final

from agi_scripts import words
from agi_scripts.answers import CONFIRM, NO, hints
from agi_scripts.place import Station
from agi_scripts.visit import Visit
from ivr.calls.record import Outcome
from ivr.kernel.errors import StoreAway
from ivr.kernel.ids import PhoneNumber
from ivr.kernel.units import seconds
from ivr.telephony.call import NO_TIME, DialEnd, DialResult, Digits
from ivr.tickets.model import MessageKept, NewTicket
from prompts import readers
from prompts.catalogue import PROMPTS

SOON: Final = seconds(3)  # silence is a yes
RING: Final = seconds(45)  # they answer; until then the caller hears it ring


async def to_emergency(visit: Visit) -> Station:
    """Connect at once. Not answered: the number is said and an operator takes the call.

    What was heard badly is asked about first; only a no keeps them from being connected.
    """
    number = PhoneNumber(visit.place.danger)
    if visit.place.doubtful and not visit.place.resuming and not await _wanted(visit, number):
        return Station.MENU
    visit.journey.step(f"emergency.{number}")
    result = await visit.call.last_dial(number) if visit.place.resuming else None
    try:
        result = result or await _connect(visit, number)
    finally:
        await _register(visit)
    if result.end is DialEnd.ANSWERED:
        visit.journey.outcome = Outcome.CONNECTED
        visit.journey.talked = result.talked
        return Station.GOODBYE
    await visit.call.tell(PROMPTS.emergency_unanswered, readers.digits(number))
    return Station.OPERATOR


async def _wanted(visit: Visit, number: PhoneNumber) -> bool:
    visit.journey.step("emergency.asked")
    question = (PROMPTS.emergency_wanted, readers.digits(number), PROMPTS.yes_or_no)
    reply = await visit.call.listen(*question, expecting=hints("12", CONFIRM), first=SOON)
    no = reply.keys if isinstance(reply, Digits) else reply.choice
    return no != NO


async def _connect(visit: Visit, number: PhoneNumber) -> DialResult:
    await visit.call.tell(PROMPTS.emergency_connecting, readers.digits(number), PROMPTS.stay_on)
    await visit.leave_will(None)
    caller = visit.call.facts.caller or words.WITHHELD
    return await visit.call.dial(number, ring=RING, shown=f"{caller} 114")


async def _register(visit: Visit) -> None:
    """A ticket for whoever looks after it, without a word to the caller."""
    if visit.journey.ticket is not None:
        return
    said, visit.place.kept = visit.place.kept, None
    new = NewTicket(
        key=f"call:{visit.call.facts.call}:emergency",
        call=visit.call.facts.call,
        caller=visit.journey.contact,
        line=None,
        unit=None,
        recording=said.path if said else "",
        duration=said.duration if said else NO_TIME,
        happened=visit.clock.now(),
        table=visit.snapshot.number,
        words=said.words if said else "",
        danger=True,
    )
    try:
        visit.journey.ticket = (await visit.tickets.open(new)).number
    except (MessageKept, StoreAway):
        return  # the call's record tells it all the same
