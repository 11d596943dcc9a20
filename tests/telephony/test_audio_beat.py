"""The beat: absolute deadlines, bounded catching up, one stream's fault stops no other."""

import asyncio
from types import SimpleNamespace

import pytest

from ivr.telephony import audio_beat
from ivr.telephony.audio_beat import CATCH_UP, PERIOD, Beat


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
def beat(told):
    return Beat(told.append, lambda member, fault: told.append((member, fault)))


def test_small_lateness_never_adds_up(loop, beat):
    member = Counting()
    beat.join(member)
    dues = [loop.run(late=0.004) for _ in range(500)]
    assert member.beats == 500
    assert dues[-1] - dues[0] == pytest.approx(499 * PERIOD)


def test_a_beat_or_two_too_late_are_caught_up_at_once(loop, beat, told):
    member = Counting()
    beat.join(member)
    first = loop.run(late=2.5 * PERIOD)
    assert (member.beats, told) == (3, [])
    assert loop.run() == pytest.approx(first + 3 * PERIOD)


def test_a_long_halt_is_not_made_up_for_and_is_told(loop, beat, told):
    member = Counting()
    beat.join(member)
    first = loop.run(late=1.0)
    assert member.beats == 1 + CATCH_UP
    assert told == [50 - CATCH_UP]
    assert loop.run() == pytest.approx(first + 1.0 + PERIOD)


def test_it_rests_without_members_and_starts_again_with_one(loop, beat):
    member = Counting()
    beat.join(member)
    beat.leave(member)
    beat.leave(member)
    loop.run()
    assert loop.planned is None
    assert member.beats == 0
    loop.now += 60.0
    beat.join(member)
    loop.run()
    assert member.beats == 1


def test_who_fails_loses_its_place_and_the_others_go_on(loop, beat, told):
    class Failing:
        def beat(self):
            raise ZeroDivisionError

    failing, member = Failing(), Counting()
    beat.join(failing)
    beat.join(member)
    loop.run()
    loop.run()
    assert member.beats == 2
    assert [(who, type(fault)) for who, fault in told] == [(failing, ZeroDivisionError)]
    assert len(beat) == 1
