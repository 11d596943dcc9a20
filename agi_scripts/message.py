"""Leave it in your own words: record, check, and get a number to keep."""

from __future__ import annotations

from typing import Final

from attrs import define, field

from agi_scripts import words
from agi_scripts.choice import HUMAN
from agi_scripts.visit import After, Visit
from ivr.calls.record import CallbackReason, Outcome
from ivr.kernel.ids import PhoneNumber, phone_number
from ivr.telephony.call import CallerGone, Recording, RecordingEnd
from ivr.tickets.model import MessageKept, NewTicket, Ticket
from prompts.catalogue import PROMPTS

CONTACT_TRIES: Final = 2
RETAKES: Final = 5
CONTACT_DIGITS: Final = 12  # 0473 and seven digits, or a mobile number
CONTACT_LEAST: Final = 7

SUBMIT, LISTEN, AGAIN = "1", "2", "3"


async def leave_message(visit: Visit) -> After:
    """Take a message and make it a ticket; a message cut by hanging up still counts."""
    visit.journey.step("message")
    taking = _Taking(visit)
    try:
        went = await taking.take()
    except CallerGone:
        await taking.keep_what_was_said()
        raise
    return went


@define
class _Taking:
    """One message being taken. `kept` is the last recording that held words."""

    visit: Visit
    kept: Recording | None = None
    ticket: Ticket | None = None
    _takes: int = field(default=0)

    async def take(self) -> After:
        for invitation in (PROMPTS.message_intro, PROMPTS.message_again):
            await self.visit.call.say(invitation)
            recording = await self._record()
            if recording.key == HUMAN:
                return After.HUMAN
            if self.kept is not None:
                return await self._review()
            await self.visit.call.tell(PROMPTS.message_empty)
        return self._without_words()

    def _without_words(self) -> After:
        """Nothing was said twice: a human, unless they come from there."""
        return After.GOODBYE if self.visit.journey.been("operator") else After.HUMAN

    async def _record(self) -> Recording:
        self._takes += 1
        self.visit.journey.step("recording")
        name = f"{self.visit.call.facts.call}-{self._takes}"
        recording = await self.visit.call.record(
            "".join(each if each.isalnum() else "-" for each in name),
            at_most=self.visit.times.message,
            silence=self.visit.times.message_silence,
        )
        if not recording.is_empty:
            self.kept = recording
        if recording.end is RecordingEnd.HANGUP:
            self.visit.journey.owe_callback(
                CallbackReason.LOST_IN_MESSAGE, self.kept.path if self.kept else ""
            )
            raise CallerGone
        return recording

    async def _review(self) -> After:
        """Submit, hear it, or say it again. One who does nothing has submitted."""
        self.visit.journey.step("review")
        await self.visit.call.fresh()
        for _ in range(RETAKES):
            key = (await self.visit.call.ask(PROMPTS.message_review)).keys
            if key == HUMAN:
                return await self._hand_over()
            if key == LISTEN:
                await self._play_back()
            elif key == AGAIN:
                await self.visit.call.say(PROMPTS.message_again)
                await self._record()
            elif key in ("", SUBMIT, "#"):
                break
            else:
                await self.visit.call.say(PROMPTS.no_such_choice)
        return await self._submit()

    async def _hand_over(self) -> After:
        """To a human, and what was said goes into a ticket all the same."""
        await self.keep_what_was_said()
        return After.HUMAN

    async def _play_back(self) -> None:
        if self.kept is not None:
            await self.visit.call.say(PROMPTS.message_playback)
            await self.visit.call.play_back(self.kept)

    async def _submit(self) -> After:
        if not self.visit.journey.contact:
            self.visit.journey.contact = await _ask_contact(self.visit)
        try:
            ticket = await self._open()
        except MessageKept:
            await self.visit.call.tell(PROMPTS.message_kept)
            return After.GOODBYE
        await _tell_ticket(self.visit, ticket)
        return After.GOODBYE

    async def keep_what_was_said(self) -> None:
        """The caller has gone, or goes elsewhere: what was recorded still becomes a ticket."""
        if self.kept is None or self.ticket is not None:
            return
        try:
            await self._open()
        except MessageKept:
            return

    async def _open(self) -> Ticket:
        if self.kept is None:
            raise AssertionError("a ticket needs a recording")
        self.visit.journey.step("ticket")
        self.visit.journey.outcome = Outcome.TICKET
        self.ticket = await self.visit.tickets.open(_new_ticket(self.visit, self.kept))
        self.visit.journey.ticket = self.ticket.number
        return self.ticket


def _new_ticket(visit: Visit, recording: Recording) -> NewTicket:
    code = visit.journey.line
    line = visit.table.table.directory.line(code) if code else None
    return NewTicket(
        key=f"call:{visit.call.facts.call}",
        call=visit.call.facts.call,
        caller=visit.journey.contact,
        line=code,
        unit=line.unit if line else None,
        recording=recording.path,
        duration=recording.duration,
        happened=visit.clock.now(),
        table=visit.table.number,
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


async def _tell_ticket(visit: Visit, ticket: Ticket) -> None:
    """The number twice, digit by digit, then the promise as a date."""
    visit.journey.step("number-told")
    number = words.ticket_number(ticket.number)
    provisional = visit.calendar.provisional(ticket.due.date())
    await visit.call.tell(PROMPTS.ticket_number_is, number)
    await visit.call.tell(PROMPTS.ticket_number_repeat, number)
    await visit.call.tell(words.promise(ticket, provisional=provisional))
    await visit.call.tell(PROMPTS.how_to_ask)
