"""Who hangs up while they speak: whatever was recorded is found by whoever calls back."""

from __future__ import annotations

import pytest

from ivr.calls.record import CallbackReason
from ivr.calls.scripted import ScriptedCall
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.telephony.call import CallFacts

CALLER = PhoneNumber("13804730001")


@pytest.mark.parametrize(("length", "kept"), [("0", ""), ("0.7", "t-1-1.wav"), ("5", "t-1-1.wav")])
async def test_the_callback_names_what_was_recorded_however_short(stage, length, kept):
    acts = ("3", "1", "1", "2", f"says {length} hangup")
    await stage.serve(ScriptedCall(CallFacts(CallId("t-1"), CALLER), acts))
    callback = stage.journey.callback()
    assert callback.reason is CallbackReason.LOST_IN_MESSAGE
    assert callback.recording.rpartition("/")[2] == kept
