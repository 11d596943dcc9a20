"""What only a real Asterisk and real telephones can say about listening.

All scenes but the crowd are played at the same time on one switch: see SCENES. A scene returns
what to look for in its recording: looking takes too much of the processor to be done while calls
go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from deploy.phones.listen import heard, sounds
from deploy.phones.phone import State
from ivr.kernel.heard import Heard
from ivr.kernel.sound import Sound
from ivr.kernel.units import seconds
from ivr.telephony.audio_hearing import Hearing
from ivr.telephony.audio_stream import StreamEnd
from ivr.telephony.call import CallerGone, Digits

from .audio_world import LINES, NEVER, PHONES, World

pytestmark = pytest.mark.e2e
PROMPT = Sound("prompt", "")
CROWD = LINES * PHONES
# Seconds of the prompt that may still be heard after the caller's first sound: a tenth is usual,
# three and more were left of it.
STOPS_WITHIN = 1.0


def asks(**more):
    async def flow(call):
        return await call.listen(PROMPT, **more)

    return flow


def asked_twice(talk, world: World) -> Callable[[], None]:
    def check():
        clips = heard(talk.leg.recording, [world.prompt_clip])
        assert [clip.name for clip in clips] == ["prompt", "prompt"]

    return check


async def prompt_is_heard_whole(world: World):
    """The prompt is the clip, without a gap; silence is waited for after its end, not before."""
    talk = await world.rings(asks(first=seconds(1)))
    assert await talk.returns() == Digits("")
    await talk.leg.wait(State.ENDED)

    def check():
        (match,) = heard(talk.leg.recording, [world.prompt_clip])
        assert match.portion > 0.85  # two quarters of a second may be lost on a busy machine
        assert talk.ears[0].told >= world.prompt_clip.seconds * 50

    return check


def stops_in_time(world: World, talk, told) -> Callable[[], None]:
    """Of the prompt, little is heard after what interrupted it had reached us.

    Both are told in seconds of the prompt, so a slow machine changes neither. Where it stretched
    the sound, what was recognised of the prompt says how much there was.
    """

    def check():
        began, ended = sounds(talk.leg.recording)[0]
        (match,) = heard(talk.leg.recording, [world.prompt_clip])
        told_in_all = min(ended - began, match.portion * world.prompt_clip.seconds)
        assert told_in_all - told / 50 <= STOPS_WITHIN

    return check


async def speech_stops_the_prompt(world: World):
    talk = await world.rings(asks(), thinks=0.1)
    await talk.is_told_something()
    await talk.leg.say(world.speech)
    said = await talk.returns()
    assert isinstance(said, Heard)
    assert 0.9 < float(said.text.split()[0]) < 2.2  # the speech and the silence that ends it
    await talk.leg.wait(State.ENDED)
    return stops_in_time(world, talk, talk.ears[0].told_when_spoken)


async def a_key_stops_the_prompt(world: World):
    talk = await world.rings(asks())
    await talk.is_told_something()
    await talk.leg.press("5")
    assert await talk.returns() == Digits("5")
    await talk.leg.wait(State.ENDED)
    return stops_in_time(world, talk, talk.ears[0].told)


async def keys_pressed_while_recognition_runs_win(world: World):
    talk = await world.rings(asks(), thinks=1.8)
    await talk.is_told_something()
    await talk.leg.say(world.speech)
    await talk.leg.press("0")
    assert await talk.returns() == Digits("0")
    assert talk.ears[0].closed


async def keys_typed_in_a_row_are_all_taken_once(world: World):
    talk = await world.rings(asks(at_most=8))
    await talk.is_told_something()
    await talk.leg.press("1223#")
    assert await talk.returns() == Digits("1223", ended=True)


async def a_slow_ear_becomes_the_keypad(world: World):
    async def flow(call):
        answer = await call.listen(PROMPT)
        return answer, call.hears

    talk = await world.rings(flow, thinks=NEVER)
    await talk.is_told_something()
    await talk.leg.say(world.speech)
    await world.is_deaf("ear-late")
    await asyncio.sleep(1.5)  # of the same question, by STREAM FILE
    await talk.leg.press("7")
    assert await talk.returns() == (Digits("7"), False)
    return asked_twice(talk, world)


async def a_refused_stream_becomes_the_keypad(world: World):
    nobody = SimpleNamespace(
        has_room=True,
        address="127.0.0.1:9",
        book=world.audio.book,
        observer=world.watcher,
    )

    async def flow(call):
        call._hearing = Hearing(nobody, world.ears, world.hearing.clips)
        return await call.listen(PROMPT)

    talk = await world.rings(flow)
    await world.is_deaf("refused")
    await talk.leg.press("3")
    assert await talk.returns() == Digits("3")


async def a_hang_up_while_the_prompt_is_told_is_noticed(world: World):
    talk = await world.rings(asks())
    await talk.is_told_something()
    await talk.leg.hang_up()
    assert isinstance(await talk.returns(), CallerGone)
    assert talk.ears[0].closed
    assert StreamEnd.THEIRS in world.watcher.ends


async def a_hang_up_amid_speech_is_noticed(world: World):
    talk = await world.rings(asks())
    await talk.is_told_something()
    await talk.leg.play(world.speech, loop=True)
    await asyncio.sleep(0.5)
    await talk.leg.hang_up()
    assert isinstance(await talk.returns(), CallerGone)
    assert talk.ears[0].closed


async def questions_follow_each_other_on_one_call(world: World):
    async def flow(call):
        first = await call.listen(PROMPT)
        await call.play(Sound("speech", ""))  # by the switch, between two streams
        return first, await call.listen(PROMPT)

    talk = await world.rings(flow)
    await talk.is_told_something()
    await talk.leg.press("1")
    await talk.is_told_something(ears=2)
    await talk.leg.say(world.speech)
    first, second = await talk.returns()
    assert (first, type(second)) == (Digits("1"), Heard)
    await talk.leg.wait(State.ENDED)
    return asked_twice(talk, world)


SCENES = (
    prompt_is_heard_whole,
    speech_stops_the_prompt,
    a_key_stops_the_prompt,
    keys_pressed_while_recognition_runs_win,
    keys_typed_in_a_row_are_all_taken_once,
    a_slow_ear_becomes_the_keypad,
    a_refused_stream_becomes_the_keypad,
    a_hang_up_while_the_prompt_is_told_is_noticed,
    a_hang_up_amid_speech_is_noticed,
    questions_follow_each_other_on_one_call,
)


async def twenty_at_once(world: World):
    """Twenty callers talk over the prompt at the same time; each is heard, none fails."""
    talks = await asyncio.gather(*(world.rings(asks()) for _ in range(CROWD)))
    await asyncio.gather(*(talk.is_told_something() for talk in talks))
    await asyncio.gather(*(talk.leg.say(world.speech) for talk in talks))
    answers = await asyncio.gather(*(talk.returns() for talk in talks))
    assert [type(answer) for answer in answers] == [Heard] * CROWD


async def play_all(world: World):
    """How each scene ended: what it raised, or what is left to look at.

    The crowd comes when the others have left.
    """
    async with world.running():
        ended = await asyncio.gather(*map(world.begin, SCENES), return_exceptions=True)
        await world.everybody_has_left()
        ended += await asyncio.gather(twenty_at_once(world), return_exceptions=True)
    names = [scene.__name__ for scene in (*SCENES, twenty_at_once)]
    return dict(zip(names, ended, strict=True))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("audio"), 4)


@pytest.fixture(scope="module")
def outcomes(world):
    return asyncio.run(play_all(world))


@pytest.mark.parametrize("scene", [*SCENES, twenty_at_once], ids=lambda scene: scene.__name__)
def test_a_scene_goes_as_written(outcomes, scene):
    outcome = outcomes[scene.__name__]
    if isinstance(outcome, BaseException):
        raise outcome
    if outcome is not None:
        outcome()


def test_nothing_failed_behind_the_scenes(world, outcomes):
    assert world.faults.all == world.watcher.faults == []
    assert world.audio.streams == 0
    assert all(ear.closed for talk in world.ears.talks.values() for ear in talk.ears)
    assert StreamEnd.BROKEN not in world.watcher.ends
