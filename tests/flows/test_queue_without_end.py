"""A queue whose operators never pick up, and a telephone that lies off the hook in it."""

from __future__ import annotations

import pytest

from agi_scripts.operator import WAITS
from ivr.calls.record import CallbackReason
from ivr.calls.scripted import ScriptedCall
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.telephony.call import CallFacts
from prompts.catalogue import PROMPTS

CALLER = PhoneNumber("13804730001")


@pytest.mark.parametrize("waits_on", [("1",), ("-", "-")], ids=["pressing 1", "silent"])
async def test_who_is_never_picked_up_ends_with_a_callback_and_a_goodbye(stage, waits_on):
    acts = ("0", *("waits timeout", *waits_on) * WAITS, "says 0", "says 0")
    call = ScriptedCall(CallFacts(CallId("t-1"), CALLER), acts)
    await stage.serve(call)
    transcript = "".join(call.finish())
    assert PROMPTS.all_operators_busy.text in transcript
    assert transcript.endswith(f"{PROMPTS.goodbye.text}= hangs up")
    assert stage.journey.callback().reason is CallbackReason.NO_OPERATOR
