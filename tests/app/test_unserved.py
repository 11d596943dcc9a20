"""A caller whom nobody serves, and who waits for a human or talks to one, is on the board."""

from __future__ import annotations

from datetime import datetime

import pytest

from agi_scripts.place import MARK, Place, Station, write_mark
from ivr.app.unserved import Unserved
from ivr.calls.carried import WORDS, write_words
from ivr.calls.journey import Journey
from ivr.calls.live import LiveCall, Understood
from ivr.kernel.clock import CHINA, ManualClock
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.storage.memory import MemoryLiveCalls
from ivr.telephony.call import CallFacts
from ivr.telephony.manager import ActionRefused, ManagerAway
from routing.ids import LineCode

CALL, CALLER, CHANNEL = CallId("n1-1.0"), PhoneNumber("13804730001"), "PJSIP/trunk-1"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
SAID = Understood("家里停水", 0.8, "ROUTE", (LineCode("H090"),))


class Fields(dict):
    def get(self, key):
        return super().get(key, "")


EVENT = Fields(Uniqueid=CALL, Channel=CHANNEL, CallerIDNum=CALLER)


class Switch:
    """Has one channel, with what our processes left on it."""

    def __init__(self, clock):
        journey = Journey(CallFacts(CALL, CALLER), 1, "n1", clock)
        journey.line = LineCode("H090")
        mark = write_mark(Place(Station.OPERATOR), journey)
        self.variables = {MARK: mark, WORDS: write_words((SAID,))}
        self.fault = None

    async def action(self, name, **fields):
        assert (name, fields["Channel"]) == ("Getvar", CHANNEL)
        if self.fault:
            raise self.fault
        return Fields(Value=self.variables.get(fields["Variable"], ""))


@pytest.fixture
def scene():
    clock = ManualClock(NOW)
    return Unserved(Switch(clock), MemoryLiveCalls(), clock)


async def test_who_answers_them_reads_what_they_said_until_they_hang_up(scene):
    scene.seen(EVENT)
    await scene.look()
    (shown,) = await scene.live.all()
    assert shown == LiveCall(CALL, CALLER, "operator", NOW, LineCode("H090"), None, (SAID,))
    scene.ended(CALL)
    await scene.look()
    assert await scene.live.all() == ()


async def test_whoever_serves_them_has_the_word(scene):
    """Their process may die later: until then nothing is asked of the switch."""
    served = LiveCall(CALL, CALLER, "operator", NOW)
    await scene.live.put(served)
    scene.switch.fault = AssertionError
    scene.seen(EVENT)
    await scene.look()
    assert await scene.live.all() == (served,)
    scene.switch.fault = None
    await scene.live.remove(CALL)
    await scene.look()
    assert [each.said for each in await scene.live.all()] == [(SAID,)]


async def test_what_another_process_shows_since_is_not_taken_off(scene):
    """A hang-up that was missed is noticed when the switch is read anew."""
    scene.seen(EVENT)
    await scene.look()
    served = LiveCall(CALL, CALLER, "survey", NOW)
    await scene.live.put(served)
    scene.forget()
    await scene.look()
    assert await scene.live.all() == (served,)


@pytest.mark.parametrize(
    ("fault", "again"), [(ActionRefused("no such channel"), 0), (ManagerAway("gone"), 1)]
)
async def test_a_switch_that_can_not_tell_is_asked_again_if_it_may_know_later(scene, fault, again):
    scene.seen(EVENT)
    scene.switch.fault = fault
    await scene.look()
    scene.switch.fault = None
    await scene.look()
    assert len(await scene.live.all()) == again


async def test_a_channel_without_our_marks_is_a_caller_of_whom_nothing_is_known(scene):
    scene.switch.variables = {MARK: "{", WORDS: "\0"}
    scene.seen(Fields(EVENT, CallerIDNum="<script>"))
    scene.seen(Fields(Uniqueid="", Channel=""))
    await scene.look()
    assert await scene.live.all() == (LiveCall(CALL, PhoneNumber(""), "operator", NOW),)
