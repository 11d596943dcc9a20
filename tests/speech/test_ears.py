"""The ear of one question: moments and answers, failures and keys, over a scripted recogniser."""

import asyncio

import pytest

from ivr.kernel.heard import OPEN, Heard
from ivr.speech import endpoint
from ivr.speech.activity import Detectors
from ivr.speech.ears import SpeechEars
from ivr.speech.recogniser import FRAME, RecogniserLate
from ivr.speech.scripted import ScriptedRecogniser
from ivr.telephony.ear import Answer, Deaf, SpeechBegan, SpeechEnded, SpeechWithdrawn

VOICE = b"\x00\x20\x00\xe0" * (FRAME // 4)
QUIET = bytes(FRAME)


class LoudIsVoice:
    """A detector for tests: what is loud is a voice."""

    def voice(self, window):
        return 1.0 if any(window) else 0.0

    def reset(self):
        pass


class Caller:
    def __init__(self, lines=("暖气不热",), at_once=2):
        self.told = []
        self.recogniser = ScriptedRecogniser(lines, at_once=at_once)
        self.ears = SpeechEars(self.recogniser, Detectors(LoudIsVoice))
        self.ear = self.ears.open("c1", OPEN, self.told.append)

    def hear(self, *pattern, played=b""):
        for frame, count in pattern:
            for _ in range(count):
                self.ear.feed(frame, played)

    async def answered(self):
        async with asyncio.timeout(60):
            while not (self.told and isinstance(self.told[-1], Answer | Deaf)):  # noqa: ASYNC110
                await asyncio.sleep(0)
        return self.told


async def test_an_utterance_is_told_from_its_beginning_to_its_answer():
    caller = Caller()
    caller.hear((QUIET, 50), (VOICE, 50), (QUIET, 100))
    began, ended, answer = await caller.answered()
    assert began == SpeechBegan()
    assert ended == SpeechEnded()
    assert answer.heard.text == "暖气不热"


async def test_what_was_said_before_it_was_noticed_is_heard_too():
    caller = Caller()
    caller.hear((QUIET, 50), (VOICE, 50), (QUIET, 100))
    await caller.answered()
    (audio,) = caller.recogniser.fed
    assert audio.count(VOICE) == 50


async def test_an_unfinished_sentence_is_waited_for():
    caller = Caller(["我想问一下，"])
    caller.hear((VOICE, 50), (QUIET, 50))
    assert caller.told == [SpeechBegan()]
    caller.hear((VOICE, 30), (QUIET, 100))
    assert (await caller.answered())[1] == SpeechEnded()


async def test_a_cough_is_taken_back_and_the_question_stays_open(monkeypatch):
    monkeypatch.setattr(endpoint, "WORD", 12)
    caller = Caller()
    caller.hear((QUIET, 10), (VOICE, 8), (QUIET, 60))
    assert caller.told == [SpeechBegan(), SpeechWithdrawn()]
    caller.hear((VOICE, 50), (QUIET, 100))
    assert isinstance((await caller.answered())[-1], Answer)


async def test_a_recogniser_that_is_late_leaves_the_ear_deaf():
    caller = Caller([RecogniserLate("2 s")])
    caller.hear((VOICE, 50), (QUIET, 100))
    assert (await caller.answered())[-1] == Deaf("recogniser-late")


async def test_a_recogniser_that_fills_up_after_the_ear_was_opened_is_told_at_once():
    caller = Caller(at_once=1)
    other = caller.ears.open("c2", OPEN, lambda _: None)
    for _ in range(20):
        other.feed(VOICE, b"")
    assert not caller.ears.is_ready
    assert caller.ears.open("c3", OPEN, lambda _: None) is None
    caller.hear((VOICE, 20))
    assert caller.told == [Deaf("recogniser-busy")]
    caller.hear((VOICE, 50), (QUIET, 100))
    assert caller.told == [Deaf("recogniser-busy")]


async def test_after_close_nothing_is_told_and_there_is_room_again():
    caller = Caller(at_once=1)
    caller.hear((VOICE, 50))
    caller.ear.close()
    caller.hear((VOICE, 50), (QUIET, 100))
    await asyncio.sleep(0)
    assert caller.told == [SpeechBegan()]
    assert caller.ears.is_ready


async def test_a_key_while_it_is_being_recognised_cancels_the_answer():
    caller = Caller([Heard()])
    caller.hear((VOICE, 50), (QUIET, 100))
    caller.ear.close()
    await asyncio.sleep(0)
    assert caller.told == [SpeechBegan(), SpeechEnded()]


@pytest.mark.parametrize("frame", [QUIET, b"\x01\x00" * (FRAME // 2)])
async def test_a_silent_line_is_never_recognised(frame):
    caller = Caller()
    caller.hear((frame, 500))
    assert caller.told == []
    assert caller.recogniser.asked == []
