"""The beat: absolute deadlines, bounded catching up, one stream's fault stops no other."""

import asyncio
from types import SimpleNamespace

import pytest

from ivr.telephony import audio_beat
from ivr.telephony.audio_beat import CATCH_UP, PARTS, PERIOD, Beat, Part


class Loop:
    """A loop whose time a test moves."""

    def __init__(self):
        self.now = 100.0
        self.planned = None

    def time(self):
        return self.now

    def call_at(self, when, work, *args):
        self.planned = (when, work, args)
        return SimpleNamespace(cancel=lambda: None)

    def run(self, late=0.0):
        """The planned work, so many seconds after it was due."""
        when, work, args = self.planned
        self.planned = None
        self.now = max(self.now, when) + late
        work(*args)
        return when


class Counting:
    def __init__(self):
        self.beats = 0

    def beat(self):
        self.beats += 1


@pytest.fixture
def loop(monkeypatch):
    fake = Loop()
    monkeypatch.setattr(audio_beat, "asyncio", SimpleNamespace(**vars(asyncio)))
    monkeypatch.setattr(audio_beat.asyncio, "get_running_loop", lambda: fake)
    return fake


@pytest.fixture
def told():
    return []


@pytest.fixture
def part(told):
    def failed(member, fault):
        made.leave(member)
        told.append((member, fault))

    made = Part(0.0, told.append, failed)
    return made


def test_small_lateness_never_adds_up(loop, part):
    member = Counting()
    part.join(member)
    dues = [loop.run(late=0.004) for _ in range(500)]
    assert member.beats == 500
    assert dues[-1] - dues[0] == pytest.approx(499 * PERIOD)


def test_a_beat_or_two_too_late_are_caught_up_at_once(loop, part, told):
    member = Counting()
    part.join(member)
    first = loop.run(late=2.5 * PERIOD)
    assert (member.beats, told) == (3, [])
    assert loop.run() == pytest.approx(first + 3 * PERIOD)


def test_a_long_halt_is_not_made_up_for_and_is_told(loop, part, told):
    member = Counting()
    part.join(member)
    first = loop.run(late=1.0)
    assert member.beats == 1 + CATCH_UP
    assert told == [50 - CATCH_UP]
    assert loop.run() == pytest.approx(first + 1.0 + PERIOD)


def test_it_rests_without_members_and_starts_again_with_one(loop, part):
    member = Counting()
    part.join(member)
    part.leave(member)
    part.leave(member)
    loop.run()
    assert loop.planned is None
    assert member.beats == 0
    loop.now += 60.0
    part.join(member)
    loop.run()
    assert member.beats == 1


def test_who_fails_loses_its_place_and_the_others_go_on(loop, part, told):
    class Failing:
        def beat(self):
            raise ZeroDivisionError

    failing, member = Failing(), Counting()
    part.join(failing)
    part.join(member)
    loop.run()
    loop.run()
    assert member.beats == 2
    assert [(who, type(fault)) for who, fault in told] == [(failing, ZeroDivisionError)]
    assert len(part) == 1


async def test_members_are_spread_over_the_beat_and_leave_for_good(told):
    beat = Beat(told.append, lambda member, fault: told.append((member, type(fault))))
    members = [Counting() for _ in range(4 * PARTS)]
    for member in members:
        beat.join(member)
    assert [len(part) for part in beat._parts] == [4] * PARTS
    assert len({part._due % PERIOD for part in beat._parts}) == PARTS
    for member in members:
        beat.leave(member)
        beat.leave(member)
    assert len(beat) == 0
    assert beat._part_of == {}


async def test_on_a_real_loop_everybody_has_their_turns(told):
    beat = Beat(told.append, lambda member, fault: told.append((member, type(fault))))
    members = [Counting() for _ in range(PARTS)]
    for member in members:
        beat.join(member)
    async with asyncio.timeout(60):
        while min(member.beats for member in members) < 3:  # noqa: ASYNC110 - the beat's own time
            await asyncio.sleep(PERIOD)
    for member in members:
        beat.leave(member)
    assert all(isinstance(each, int) for each in told)  # lateness at most, no fault


async def test_who_failed_is_forgotten(told):
    class Failing:
        def beat(self):
            raise ZeroDivisionError

    failing = Failing()
    beat = Beat(told.append, lambda member, fault: told.append((member, type(fault))))
    beat.join(failing)
    for part in beat._parts:
        part._turn()
    assert told == [(failing, ZeroDivisionError)]
    assert beat._part_of == {}
