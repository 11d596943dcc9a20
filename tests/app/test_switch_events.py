"""What the switch reports: who talks is known, to the desk and to the will of the caller."""

from __future__ import annotations

import asyncio
from datetime import datetime

import attrs
import pytest

from ivr.app.switch_events import SwitchEvents
from ivr.app.unserved import Unserved
from ivr.calls.record import Callback, CallbackReason, CallRecord, Outcome
from ivr.calls.witness import Witness
from ivr.desk.presence import OperatorState
from ivr.kernel.background import Background
from ivr.kernel.clock import CHINA, SystemClock
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.metrics import Meter
from ivr.storage.memory import MemoryLiveCalls, MemoryPresence
from ivr.telephony.call import CallFacts
from ivr.tickets.will import Will
from routing.ids import TableVersion

CALL, CALLER = CallId("n1-1795367043.0"), PhoneNumber("13804730001")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
RECORD = CallRecord(CALL, CALLER, "114", NOW, NOW, Outcome.ABANDONED, (), TableVersion(1), "n1")
OWED = Callback(CALL, CALLER, CallbackReason.LOST_IN_QUEUE, NOW)


class Fields(dict):
    def get(self, key):
        return super().get(key, "")


def channel(name, application, bridge="b1", call=CALL):
    return Fields(Channel=name, Application=application, BridgeId=bridge, Uniqueid=call)


class Switch:
    """Answers listings; `channels` are those it has."""

    def __init__(self, *channels):
        self.channels = channels

    async def action(self, name, **_fields):
        raise AssertionError(name)

    async def listing(self, name, **_fields):
        return self.channels if name == "CoreShowChannels" else ()


def of_the_seat(name, **more):
    return Fields(Event=name, Interface="PJSIP/op1001", Uniqueid=CALL, **more)


def status(code, in_call="0", paused="0"):
    return of_the_seat("QueueMemberStatus", Status=code, InCall=in_call, Paused=paused)


class Wills:
    def __init__(self):
        self.kept = {CALL: Will(CallFacts(CALL, CALLER), RECORD, OWED)}

    def amend(self, call, change):
        if call in self.kept:
            self.kept[call] = change(self.kept[call])


@attrs.define
class Scene:
    events: SwitchEvents
    witness: Witness
    wills: Wills
    background: Background
    presence: MemoryPresence

    async def settled(self):
        while self.background._tasks:  # a task leaves the set one turn after it has ended
            await asyncio.gather(*self.background._tasks)
            await asyncio.sleep(0)
        return self.wills.kept[CALL]


@pytest.fixture
def scene():
    def make(*channels):
        witness, wills, background = Witness(SystemClock()), Wills(), Background()
        presence, switch = MemoryPresence(), Switch(*channels)
        events = SwitchEvents(
            manager=switch,
            queue="hotline",
            witness=witness,
            presence=presence,
            clock=SystemClock(),
            meter=Meter(),
            background=background,
            wills=wills,
            unserved=Unserved(switch, MemoryLiveCalls(), SystemClock()),
        )
        return Scene(events, witness, wills, background, presence)

    return make


async def test_an_operator_who_answers_is_written_into_the_callers_will(scene):
    """Should every process of ours die now, nobody calls back one who was served."""
    seen = scene()
    answered = Fields(Event="AgentConnect", Uniqueid=CALL, Interface="PJSIP/op1001", HoldTime="7")
    seen.events.handle(answered)
    will = await seen.settled()
    assert will.callback is None
    assert (will.record.outcome, will.record.operator) == (Outcome.OPERATOR, "1001")
    assert will.record.waited == 7
    assert seen.witness.answered(CALL)


async def test_a_unit_that_answers_is_written_there_too(scene):
    seen = scene()
    seen.events.handle(
        Fields(Event="DialEnd", DialStatus="ANSWER", DestChannel="PJSIP/exchange-1", Uniqueid=CALL)
    )
    will = await seen.settled()
    assert (will.callback, will.record.outcome) == (None, Outcome.CONNECTED)


async def test_a_unit_that_does_not_answer_changes_nothing(scene):
    seen = scene()
    busy = Fields(Event="DialEnd", DialStatus="BUSY", DestChannel="PJSIP/exchange-1", Uniqueid=CALL)
    seen.events.handle(busy)
    assert (await seen.settled()).callback == OWED


async def test_a_process_that_starts_in_the_middle_of_a_talk_sees_it(scene):
    """It was not there when the operator answered; the switch still shows both in one bridge."""
    seen = scene(
        channel("PJSIP/trunk-1", "Queue"),
        channel("PJSIP/op1002-00000007", "AppQueue", call="other"),
        channel("PJSIP/trunk-2", "AGI", bridge="", call="n1-2"),
    )
    await seen.events.reread()
    will = await seen.settled()
    assert (will.callback, will.record.operator) == (None, "1002")
    assert seen.witness.answered(CALL)
    assert not seen.witness.answered(CallId("n1-2"))


async def test_what_is_known_of_a_talk_is_not_forgotten_by_looking_again(scene):
    seen = scene(
        channel("PJSIP/trunk-1", "Queue"), channel("PJSIP/op1002-7", "AppQueue", call="other")
    )
    seen.witness.operator_answered(CALL, "1002", 5.0)
    await seen.events.reread()
    assert (await seen.settled()).callback == OWED  # it was told at the time


@pytest.mark.parametrize(
    ("events", "state", "call"),
    [
        ((), None, None),
        (("AgentCalled",), OperatorState.RINGING, CALL),
        (("AgentCalled", "6"), OperatorState.RINGING, CALL),
        (("6", "AgentCalled"), OperatorState.RINGING, CALL),
        (("AgentCalled", "AgentRingNoAnswer"), OperatorState.LOGGED_IN, None),
        (("AgentCalled", "1"), OperatorState.LOGGED_IN, None),  # the caller hung up meanwhile
        (("AgentCalled", "AgentConnect"), OperatorState.TALKING, CALL),
        (("AgentCalled", "AgentConnect", "2"), OperatorState.TALKING, CALL),
        (("AgentCalled", "AgentConnect", "AgentComplete", "1"), OperatorState.LOGGED_IN, None),
        (("AgentRingNoAnswer",), None, None),
    ],
)
async def test_a_seat_has_its_caller_from_the_first_ring_to_the_end_of_the_talk(
    scene, events, state, call
):
    """Events of devices come before or after those of the queue."""
    seen = scene()
    for name in events:
        seen.events.handle(status(name) if name.isdigit() else of_the_seat(name))
    await seen.settled()
    found = [(each.state, each.call) for each in await seen.presence.all()]
    assert found == ([(state, call)] if state else [])


async def test_who_is_talked_to_is_known_again_after_the_manager_was_away(scene):
    seen = scene(
        channel("PJSIP/trunk-1", "Queue"), channel("PJSIP/op1001-7", "AppQueue", call="other")
    )
    await seen.events.reread()
    seen.events.handle(status("2", in_call="1"))
    await seen.settled()
    (seat,) = await seen.presence.all()
    assert (seat.state, seat.call) == (OperatorState.TALKING, CALL)


async def test_who_sits_at_a_seat_is_known_until_the_seat_is_logged_out(scene):
    """By whatever the queue says of that seat, whoever logs it out."""
    seen = scene()
    for name, member, who in (
        ("QueueMemberAdded", "1001/anna", "anna"),
        ("QueueMemberPause", "1001/anna", "anna"),
        ("QueueMemberRemoved", "1001/anna", None),
        ("QueueMemberAdded", "1001", None),
    ):
        seen.events.handle(of_the_seat(name, MemberName=member, Status="1"))
        await seen.settled()
        (seat,) = await seen.presence.all()
        assert seat.who == who
