"""Leave it in your own words: record, check, and get a number to keep."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from agi_scripts import words
from agi_scripts.answers import REVIEW
from agi_scripts.choice import BACK, HUMAN, REPEAT, UNCLEAR, Diverted, answer, beware
from agi_scripts.place import Station
from agi_scripts.visit import Visit
from ivr.calls.record import CallbackReason, Outcome
from ivr.kernel.errors import StoreAway
from ivr.kernel.heard import Heard, Hypothesis
from ivr.kernel.ids import PhoneNumber, TicketNumber, phone_number
from ivr.kernel.sound import Spoken
from ivr.telephony.call import NO_TIME, CallerGone, Recording, RecordingEnd
from ivr.tickets.model import MessageKept, NewTicket, Ticket
from prompts.catalogue import PROMPTS

CONTACT_TRIES: Final = 2
RETAKES: Final = 5
CONTACT_DIGITS: Final = 12  # 0473 and seven digits, or a mobile number
CONTACT_LEAST: Final = 7

SUBMIT, LISTEN, AGAIN = "1", "2", "3"


INVITATIONS: Final = (PROMPTS.message_intro, PROMPTS.message_again)


async def take_message(visit: Visit) -> Station:
    """Ask for the message; two without words lead to a human, or home for who comes from there.

    What can not be recorded at all leads there at once, and so does what was cut by the disk.
    """
    visit.journey.step("message")
    if visit.place.resuming:
        await _take_up(visit)
        if visit.place.kept is not None:
            return Station.REVIEW
    else:
        visit.place.asked = 0
    while visit.place.asked < len(INVITATIONS):
        await visit.call.say(INVITATIONS[visit.place.asked])
        visit.place.asked += 1
        recording = await _record(visit)
        if recording.key == HUMAN:
            return await _hand_over(visit)
        if recording.end is RecordingEnd.FAILED:
            return await _not_recorded(visit)
        if not recording.is_empty:
            return Station.REVIEW
        await visit.call.tell(PROMPTS.message_empty)
    return _to_somebody(visit)


async def review(visit: Visit) -> Station:
    """Submit, hear it, or say it again. One who does nothing has submitted."""
    visit.journey.step("review")
    if visit.place.resuming and not await _take_up(visit) and not await _record_again(visit):
        return await _not_recorded(visit)
    await visit.call.fresh()
    for _ in range(RETAKES):
        key = await _reviewed(visit)
        if key == HUMAN:
            return await _hand_over(visit)
        if key == LISTEN:
            await _play_back(visit)
        elif key in (AGAIN, BACK):
            if not await _record_again(visit):
                return await _not_recorded(visit)
        elif key in ("", SUBMIT, "#"):
            break
        elif key != REPEAT:
            sorry = PROMPTS.not_understood if key == UNCLEAR else PROMPTS.no_such_choice
            await visit.call.say(sorry)
    return Station.TICKET


async def _reviewed(visit: Visit) -> str:
    """What becomes of the message: who says goodbye has submitted it, too."""
    try:
        return await answer(visit, PROMPTS.message_review, keys="123", said=REVIEW)
    except Diverted as elsewhere:
        if elsewhere.station is Station.GOODBYE:
            return SUBMIT
        raise


async def give_number(visit: Visit) -> Station:
    """Open the ticket, say its number twice and when it will be answered.

    How far that came is on the mark: who goes on tells what is left, of the same number.
    """
    if visit.place.due is None:
        if not visit.journey.contact:
            visit.journey.contact = await _ask_contact(visit)
            await visit.mark()
        try:
            await _open_to_tell(visit)
        except MessageKept:
            visit.place.kept = None
            await visit.call.tell(PROMPTS.message_kept)
            return Station.GOODBYE
        except StoreAway:
            return await _not_registered(visit)
    await _tell_ticket(visit)
    return Station.GOODBYE


async def lost(visit: Visit) -> None:
    """The caller has gone. One who never heard a number is called back about what they said."""
    if visit.place.kept is not None and await visit.is_over():
        visit.journey.owe_callback(CallbackReason.LOST_IN_MESSAGE, visit.place.kept.path)
        await _keep(visit)


async def _keep(visit: Visit) -> None:
    """What was recorded becomes a ticket, without a word; at worst, part of a callback."""
    kept = visit.place.kept
    try:
        await _open(visit)
    except MessageKept:
        return
    except StoreAway:
        visit.journey.owe_callback(CallbackReason.LOST_IN_MESSAGE, kept.path if kept else "")


async def _hand_over(visit: Visit) -> Station:
    await _keep(visit)
    return Station.OPERATOR


async def _not_recorded(visit: Visit) -> Station:
    """The disk is full: what it took of the message is kept, and the caller need not repeat it."""
    visit.journey.step("not-recorded")
    went = _to_somebody(visit)
    await visit.call.tell(PROMPTS.service_away if went is Station.OPERATOR else PROMPTS.all_away)
    await _keep(visit)
    return went


async def _not_registered(visit: Visit) -> Station:
    """Neither database nor disk took it; the recording is there, and somebody hears of it."""
    visit.journey.step("not-registered")
    went = _to_somebody(visit)
    kept = visit.place.kept
    visit.journey.owe_callback(CallbackReason.LOST_IN_MESSAGE, kept.path if kept else "")
    visit.place.kept = None
    await visit.call.tell(PROMPTS.service_away if went is Station.OPERATOR else PROMPTS.all_away)
    return went


def _to_somebody(visit: Visit) -> Station:
    """A human, unless the caller comes from there and nobody was."""
    return Station.OPERATOR if visit.journey.owed is None else Station.GOODBYE


async def _record(visit: Visit) -> Recording:
    visit.place.takes += 1
    visit.journey.step("recording")
    await visit.mark()
    unheard = Recording(_name(visit), NO_TIME, RecordingEnd.HANGUP)
    await visit.leave_will(CallbackReason.LOST_IN_MESSAGE, _new_ticket(visit, unheard))
    recording = await visit.call.record(
        _name(visit), at_most=visit.times.message, silence=visit.times.message_silence
    )
    if not recording.is_empty:
        visit.place.kept = recording
    if recording.end is RecordingEnd.HANGUP:
        heard = recording.path if recording.duration else ""  # however short: somebody may hear it
        visit.journey.owe_callback(CallbackReason.LOST_IN_MESSAGE, heard)
        raise CallerGone
    if recording.words:
        # Read at once, while spoken words are heard only later: help goes before the ticket.
        beware(visit, Heard((Hypothesis(recording.words, 0.0),), 1.0))
    return recording


async def _record_again(visit: Visit) -> bool:
    """False when it can not be recorded, or not whole."""
    await visit.call.say(PROMPTS.message_again)
    return (await _record(visit)).end is not RecordingEnd.FAILED


async def _take_up(visit: Visit) -> bool:
    """Find what was recorded while nobody served the call; False when that never began.

    What a ticket has been opened for already is not found again.
    """
    if visit.place.takes == visit.place.used:
        return True
    recording = await visit.call.last_recording(_name(visit))
    if recording is None:
        visit.place.takes -= 1
        visit.place.asked = max(0, visit.place.asked - 1)
        return False
    if not recording.is_empty:
        visit.place.kept = recording
    return True


def _name(visit: Visit) -> str:
    name = f"{visit.call.facts.call}-{visit.place.takes}"
    return "".join(each if each.isalnum() else "-" for each in name)


async def _play_back(visit: Visit) -> None:
    if visit.place.kept is not None:
        await visit.call.say(PROMPTS.message_playback)
        await visit.call.play_back(visit.place.kept)


async def _open(visit: Visit) -> Ticket | None:
    """The ticket for what was said; None when nothing was."""
    recording = visit.place.kept
    if recording is None:
        return None
    visit.journey.step("ticket")
    before, visit.journey.outcome = visit.journey.outcome, Outcome.TICKET
    try:
        ticket = await visit.tickets.open(_new_ticket(visit, recording))
    except StoreAway:
        visit.journey.outcome = before
        raise
    visit.journey.ticket = ticket.number
    visit.place.kept = None  # the mark still has it until the next one
    visit.place.number = None
    visit.place.opened += 1
    visit.place.used = visit.place.takes
    return ticket


async def _open_to_tell(visit: Visit) -> None:
    """The number is on the mark before the ticket is opened, and its deadline before it is told.

    So whoever goes on from either mark, in whatever trouble, tells this number and no other.
    """
    if visit.place.number is None:
        visit.place.number = await visit.reserve()
        await visit.mark()
    ticket = await _open(visit)
    if ticket is not None:
        visit.place.number, visit.place.due, visit.place.told = ticket.number, ticket.due, 0
        await visit.mark()


def _new_ticket(visit: Visit, recording: Recording) -> NewTicket:
    code, directory = visit.journey.line, visit.table.directory
    line = directory.line(code) if code and directory.has_line(code) else None
    return NewTicket(
        key=f"call:{visit.call.facts.call}:{visit.place.opened}",
        call=visit.call.facts.call,
        caller=visit.journey.contact,
        line=code,
        unit=line.unit if line else None,
        recording=recording.path,
        duration=recording.duration,
        happened=visit.clock.now(),
        table=visit.snapshot.number,
        number=visit.place.number,
        words=recording.words,
    )


async def _ask_contact(visit: Visit) -> PhoneNumber:
    """The number to reply to when the caller's own was withheld; they need not give one."""
    visit.journey.step("contact")
    question = PROMPTS.ask_contact
    for _ in range(CONTACT_TRIES):
        reply = await visit.call.ask(question, at_most=CONTACT_DIGITS)
        number = phone_number(reply.keys)
        if not reply.keys or len(number) >= CONTACT_LEAST:
            return number
        question = PROMPTS.contact_wrong
    return PhoneNumber("")


async def _tell_ticket(visit: Visit) -> None:
    if visit.place.number is None or visit.place.due is None:
        return
    visit.journey.step("number-told")
    sentences = _about_ticket(visit, visit.place.number, visit.place.due)
    for sentence in sentences[visit.place.told :]:
        await visit.call.tell(sentence)
        visit.place.told += 1
        await visit.mark()


def _about_ticket(visit: Visit, number: TicketNumber, due: datetime) -> tuple[Spoken, ...]:
    """The number twice, digit by digit, then the promise as a date."""
    digits = words.ticket_number(number)
    return (
        (PROMPTS.ticket_number_is, digits),
        (PROMPTS.ticket_number_repeat, digits),
        words.promise(due, provisional=visit.calendar.provisional(due.date())),
        PROMPTS.how_to_ask,
    )
