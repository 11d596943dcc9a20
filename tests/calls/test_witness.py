"""A caller who hangs up while talking was served, not lost."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from ivr.calls.journey import Journey
from ivr.calls.record import CallbackReason, Outcome
from ivr.calls.witness import CALLS_WITNESSED, Witness
from ivr.kernel.clock import CHINA, ManualClock
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.telephony.call import CallFacts
from routing.ids import TableVersion

CALL = CallId("c-1")


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 11, 23, 10, 0, tzinfo=CHINA))


@pytest.fixture
def journey(clock):
    facts = CallFacts(CALL, PhoneNumber("13804730001"))
    return Journey(facts, TableVersion(1), "n1", clock)


def test_an_operator_who_answered_settles_the_callback(clock, journey):
    """The flow thought the caller was lost in the queue; the switch saw them talk."""
    witness = Witness(clock)
    journey.owe_callback(CallbackReason.LOST_IN_QUEUE)
    witness.operator_answered(CALL, "1001", 7.0)
    clock.advance(42)
    witness.testify(CALL, journey)
    record = journey.record()
    assert (record.outcome, record.operator) == (Outcome.OPERATOR, "1001")
    assert (record.waited, record.talked) == (7.0, 42.0)
    assert journey.callback() is None


def test_a_unit_that_answered_counts_as_connected(clock, journey):
    """Hanging up on a unit is the usual end of a good call."""
    witness = Witness(clock)
    witness.line_answered(CALL)
    clock.advance(90)
    witness.testify(CALL, journey)
    assert journey.record().outcome is Outcome.CONNECTED
    assert journey.record().talked == 90.0


def test_what_the_flow_saw_itself_stands(clock, journey):
    """A flow that came back from the queue knows more than the events."""
    witness = Witness(clock)
    witness.operator_answered(CALL, "1001", 7.0)
    journey.outcome, journey.talked = Outcome.OPERATOR, 5.0
    witness.testify(CALL, journey)
    assert journey.record().talked == 5.0


def test_nobody_seen_leaves_the_callback_due(clock, journey):
    """Without a witness a caller lost in the queue is owed a callback."""
    journey.owe_callback(CallbackReason.LOST_IN_QUEUE)
    Witness(clock).testify(CALL, journey)
    assert journey.callback().reason is CallbackReason.LOST_IN_QUEUE
    assert journey.record().outcome is Outcome.ABANDONED


def test_calls_that_never_close_are_forgotten(clock, journey):
    """Events of calls that are not ours must not fill the memory."""
    witness = Witness(clock)
    witness.line_answered(CALL)
    for number in range(CALLS_WITNESSED):
        witness.line_answered(CallId(f"other-{number}"))
    witness.testify(CALL, journey)
    assert journey.record().outcome is Outcome.ABANDONED


async def test_the_end_of_a_call_is_waited_for_a_moment(clock):
    """The closed connection and the event race; either may be first."""
    witness = Witness(clock)
    assert not await witness.has_ended(CALL, 0.01)
    asked = asyncio.ensure_future(witness.has_ended(CALL, 30))
    await asyncio.sleep(0)
    witness.ended(CALL)
    assert await asked
    assert await witness.has_ended(CALL, 0)
