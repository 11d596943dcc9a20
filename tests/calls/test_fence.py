"""A call is closed by whoever served it last, and by somebody in any case."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from ivr.calls.fence import Fence, SwitchUnknown
from ivr.calls.witness import Witness
from ivr.kernel.clock import CHINA, ManualClock
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.units import seconds
from ivr.telephony.call import CallFacts

FACTS = CallFacts(CallId("c-1"), PhoneNumber("13804730001"), channel="PJSIP/t-1")


class Switch:
    """Gives one answer; raises it when it is an error."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = 0

    async def holds(self, _facts):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def witness():
    return Witness(ManualClock(datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)))


def fence(witness, answer, *, stalled=False, speaks_last=0.05):
    switch = Switch(answer)
    return switch, Fence(
        witness, switch, lambda: stalled, seconds(0.01), speaks_last=seconds(speaks_last)
    )


async def test_a_hang_up_that_was_seen_needs_no_question(witness):
    witness.ended(FACTS.call)
    switch, asked = fence(witness, True)
    assert await asked.is_over(FACTS)
    assert switch.asked == 0


async def test_a_caller_who_is_still_on_the_line_is_somebody_elses(witness):
    _, asked = fence(witness, True)
    assert not await asked.is_over(FACTS)


async def test_a_hang_up_whose_event_was_missed_is_found_by_asking(witness):
    """The manager connection was away while the caller hung up."""
    _, asked = fence(witness, False)
    assert await asked.is_over(FACTS)


async def test_when_nobody_can_tell_the_call_is_over(witness):
    """Calling somebody back once too often is better than not at all."""
    _, asked = fence(witness, SwitchUnknown("away"))
    assert await asked.is_over(FACTS)


async def test_one_who_slept_speaks_last(witness):
    """Whoever served the call meanwhile has closed it by then, and the first word stands."""
    witness.ended(FACTS.call)
    _, asked = fence(witness, False, stalled=True, speaks_last=30)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asked.is_over(FACTS), 0.05)
    _, asked = fence(witness, False, stalled=True)
    assert await asked.is_over(FACTS)
