"""What whoever closes calls may rely on, on every database."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.calls.record import Callback, CallbackReason, CallRecord, Outcome, Step
from ivr.kernel.clock import CHINA
from ivr.kernel.ids import CallId, OperatorId, PhoneNumber, TicketNumber
from ivr.storage.calls import NoSuchCallback, SqlCalls
from ivr.storage.events import SqlEvents
from routing.ids import LineCode, TableVersion

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=CHINA)

RECORD = CallRecord(
    call=CallId("c1"),
    caller=PhoneNumber("13812345678"),
    dialled="114",
    began=NOON,
    ended=NOON + timedelta(seconds=90),
    outcome=Outcome.TICKET,
    steps=(Step("greeting", NOON), Step("menu", NOON + timedelta(microseconds=1))),
    table=TableVersion(3),
    node="n1",
    line=LineCode("H090"),
    ticket=TicketNumber("00000017"),
    operator=OperatorId("1001"),
    waited=3.25,
    talked=61.0,
    satisfaction=2,
)
BARE = CallRecord(
    call=CallId("c2"),
    caller=PhoneNumber(""),
    dialled="",
    began=NOON,
    ended=NOON,
    outcome=Outcome.ABANDONED,
    steps=(),
    table=TableVersion(1),
    node="n1",
)


def bare(call):
    return attrs.evolve(BARE, call=CallId(call))


def owed(call="c1", due=NOON + timedelta(hours=2)):
    return Callback(
        call=CallId(call),
        caller=PhoneNumber("13812345678"),
        reason=CallbackReason.LOST_IN_QUEUE,
        due=due,
        line=LineCode("H090"),
        recording="/recordings/c1.wav",
    )


@pytest.fixture
def ledger(database, clock):
    return SqlCalls(database, clock)


@pytest.mark.parametrize("record", [RECORD, BARE], ids=["full", "bare"])
async def test_a_record_comes_back_as_it_was_written(ledger, record):
    await ledger.close(record, None)
    assert await ledger.find(record.call) == record


async def test_an_unknown_call_finds_nothing(ledger):
    assert await ledger.find(CallId("nobody")) is None


async def test_a_call_closes_once_however_often_it_is_tried(ledger, database):
    await ledger.close(RECORD, owed())
    await ledger.close(attrs.evolve(RECORD, outcome=Outcome.FAULT), None)
    found = await ledger.find(RECORD.call)
    assert found.outcome is Outcome.TICKET
    events = await SqlEvents(database).after(0)
    assert [event.kind for event in events] == ["callback.owed", "call.closed"]


async def test_closing_the_same_call_at_the_same_time_writes_it_once(ledger, database):
    await asyncio.gather(*(ledger.close(RECORD, owed()) for _ in range(6)))
    assert await SqlEvents(database).last() == 2


async def test_callbacks_come_by_their_due_time_and_leave_when_done(ledger, database):
    await ledger.close(bare("later"), owed("later", NOON + timedelta(hours=3)))
    await ledger.close(bare("sooner"), owed("sooner", NOON + timedelta(hours=1)))
    assert [back.call for back in await ledger.callbacks_open()] == ["sooner", "later"]
    await ledger.callback_done(CallId("sooner"), by="1001")
    assert [back.call for back in await ledger.callbacks_open()] == ["later"]
    last = (await SqlEvents(database).after(0))[-1]
    assert (last.kind, last.subject, last.body) == ("callback.done", "sooner", {"by": "1001"})


async def test_a_callback_is_done_once(ledger):
    await ledger.close(RECORD, owed())
    await ledger.callback_done(CallId("c1"), by="1001")
    with pytest.raises(NoSuchCallback):
        await ledger.callback_done(CallId("c1"), by="1002")


async def test_a_callback_is_owed_once_for_a_call(ledger):
    await asyncio.gather(*(ledger.close(RECORD, owed()) for _ in range(4)))
    assert await ledger.callbacks_open() == (owed(),)
    assert await ledger.find(RECORD.call) == RECORD


names = iter(range(1_000_000))
hostile = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=300)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(dialled=hostile, step=st.text(max_size=300))
async def test_hostile_words_come_back(ledger, dialled, step):
    """A step's name goes through JSON and may hold anything, even NUL."""
    call = CallId(f"hostile-{next(names)}")
    record = attrs.evolve(BARE, call=call, dialled=dialled, steps=(Step(step, NOON),))
    await ledger.close(record, None)
    assert await ledger.find(call) == record
