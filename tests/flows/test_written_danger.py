"""Danger that a visitor of the chat writes into a message: help comes first, the words stay."""

from __future__ import annotations

from ivr.calls.scripted import ScriptedCall
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.telephony.call import NO_TIME, CallFacts, Recording, RecordingEnd

CALLER = PhoneNumber("13804730001")
DANGER = "老人倒地上没反应了"


class WritingCall(ScriptedCall):
    """Messages are written, as in the chat."""

    async def record(self, *_, **__):
        self._leave_if_scripted()
        return Recording("", NO_TIME, RecordingEnd.KEY, "", self._take())


async def written(stage, message, *after):
    acts = ("3", "1", "1", "2", message, *after)
    await stage.serve(WritingCall(CallFacts(CallId("t-1"), CALLER), acts))
    number = stage.journey.record().ticket
    ticket = await stage.desk.find(number) if number else None
    return [step.name for step in stage.journey.record().steps], ticket


async def test_help_is_shown_before_any_ticket_and_the_ticket_has_the_words(stage):
    steps, ticket = await written(stage, DANGER, "rings answered 30")
    assert "emergency.120" in steps
    assert "review" not in steps
    assert ticket.words == DANGER


async def test_any_other_message_becomes_a_ticket_as_before(stage):
    steps, ticket = await written(stage, "家里停水了", "1")
    assert "review" in steps
    assert ticket.words == "家里停水了"


async def test_danger_after_a_spoken_message_keeps_the_recording(stage):
    acts = ("3", "1", "1", "2", "says 5 #", f'"{DANGER}"', "rings answered 30")
    call = ScriptedCall(CallFacts(CallId("t-1"), CALLER), acts, hears=True)
    await stage.serve(call)
    [ticket] = await stage.desk.of_caller(CALLER)
    assert ticket.recording == "/recordings/t-1-1.wav"
