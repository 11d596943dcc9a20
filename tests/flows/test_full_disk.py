"""A message that the disk does not take: the caller is told, and somebody hears of it."""

from __future__ import annotations

import pytest

from ivr.calls.record import CallbackReason, Outcome
from ivr.calls.scripted import ScriptedCall
from ivr.kernel.errors import StoreAway
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.telephony.call import CallFacts
from prompts.catalogue import PROMPTS

CALLER = PhoneNumber("13804730001")
TO_THE_MESSAGE = ("3", "1", "1", "2")


async def play(stage, *acts):
    call = ScriptedCall(CallFacts(CallId("t-1"), CALLER, dialled="114"), (*TO_THE_MESSAGE, *acts))
    await stage.serve(call)
    return "".join(call.finish())


def steps(stage):
    return [step.name for step in stage.journey.record().steps]


async def test_what_was_cut_by_the_disk_becomes_a_ticket_and_its_caller_reaches_a_human(stage):
    said = await play(stage, "says 5 full", "waits served 1001 40", "1")
    assert PROMPTS.service_away.text in said
    (ticket,) = await stage.desk.of_caller(CALLER)
    assert ticket.duration == 5
    assert stage.journey.outcome is Outcome.OPERATOR
    assert "not-recorded" in steps(stage)


async def test_with_no_room_at_all_there_is_no_ticket_and_a_human(stage):
    await play(stage, "says 0 full", "waits served 1001 40", "1")
    assert await stage.desk.of_caller(CALLER) == ()
    assert stage.journey.outcome is Outcome.OPERATOR


async def test_recording_again_on_a_full_disk_keeps_what_there_was(stage):
    await play(stage, "says 9", "3", "says 0 full", "waits served 1001 40", "1")
    (ticket,) = await stage.desk.of_caller(CALLER)
    assert ticket.duration == 9


async def test_with_nobody_at_the_desk_it_ends_in_words_and_a_callback_and_not_in_a_circle(stage):
    said = await play(stage, "says 0 full", "waits no-operators", "says 0 full")
    assert PROMPTS.all_away.text in said
    assert stage.journey.owed is CallbackReason.NO_OPERATOR
    assert steps(stage)[-1] == "goodbye"


async def test_a_message_that_nobody_can_keep_leads_to_a_human_and_is_owed_with_its_sound(
    stage, monkeypatch
):
    """Neither the database nor the spool takes it; the recording itself is there."""

    async def refuse(_new):
        raise StoreAway("both are full")

    monkeypatch.setattr(stage.desk, "open", refuse)
    said = await play(stage, "says 12 #", "1", "waits timeout", "hangup")
    assert PROMPTS.service_away.text in said
    callback = stage.journey.callback()
    assert callback.reason is CallbackReason.LOST_IN_MESSAGE
    assert callback.recording.endswith(".wav")
    assert stage.journey.record().ticket is None


async def test_a_caller_who_is_handed_on_amid_a_message_nobody_can_keep_goes_on(stage, monkeypatch):
    async def refuse(_new):
        raise StoreAway("both are full")

    monkeypatch.setattr(stage.desk, "open", refuse)
    await play(stage, "says 12 0", "waits served 1001 40", "1")
    assert stage.journey.outcome is Outcome.OPERATOR


async def test_progress_while_nobody_can_tell_is_said_so_and_leads_back_to_the_menu(
    stage, monkeypatch
):
    async def away(_caller):
        raise StoreAway("away")

    monkeypatch.setattr(stage.desk, "of_caller", away)
    call = ScriptedCall(
        CallFacts(CallId("t-1"), CALLER), ("5", "#", "0", "waits served 1001 9", "1")
    )
    await stage.serve(call)
    said = "".join(call.finish())
    assert said.index(PROMPTS.progress_away.text) < said.index(PROMPTS.main_menu.text)


@pytest.mark.parametrize("step", [3600, -3600])
async def test_a_clock_that_is_set_amid_a_call_makes_no_time_negative_or_an_hour_long(stage, step):
    class Setting(ScriptedCall):
        async def record(self, *args, **kwargs):
            stage.clock.set_by(step)
            stage.clock.advance(12)
            return await super().record(*args, **kwargs)

    call = Setting(CallFacts(CallId("t-1"), CALLER), (*TO_THE_MESSAGE, "says 12", "1"))
    await stage.serve(call)
    record = stage.journey.record()
    assert (record.ended - record.began).total_seconds() == 12
    moments = [step.at for step in record.steps]
    assert moments == sorted(moments)
    (ticket,) = await stage.desk.of_caller(CALLER)
    assert ticket.opened >= ticket.happened
