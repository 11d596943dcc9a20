"""What every recogniser keeps to, whatever hears: a script, worker processes, nobody."""

import pytest

from ivr.speech.heard import OPEN, Choice, Heard, Hints
from ivr.speech.recogniser import FRAME, RecogniserAway, RecogniserBusy, RecogniserLate, Unheard
from ivr.speech.scripted import ScriptedRecogniser

SPEECH = bytes(range(160)) * 2 * 20
SILENCE = bytes(FRAME * 20)
YES_NO = Hints((Choice("yes", ("是", "对")), Choice("no", ("不是",))))


@pytest.fixture
def recogniser():
    return ScriptedRecogniser(["暖气不热"], at_once=1)


async def test_one_utterance_is_heard_once_and_its_answer_stays(recogniser):
    recognition = recogniser.start(OPEN)
    recognition.feed(SPEECH)
    heard = await recognition.finish()
    assert heard.text == "暖气不热"
    assert 0.0 < heard.confidence <= 1.0
    assert await recognition.finish() == heard


async def test_silence_is_nothing_heard(recogniser):
    recognition = recogniser.start(OPEN)
    recognition.feed(SILENCE)
    assert (await recognition.finish()).is_nothing


async def test_no_audio_at_all_is_nothing_heard(recogniser):
    assert (await recogniser.start(OPEN).finish()).is_nothing


async def test_a_cancelled_utterance_makes_room_and_answers_nothing(recogniser):
    first = recogniser.start(OPEN)
    first.feed(SPEECH)
    first.cancel()
    first.cancel()
    assert (await first.finish()).is_nothing
    second = recogniser.start(OPEN)
    second.feed(SPEECH)
    assert (await second.finish()).text == "暖气不热"


async def test_too_many_at_once_are_refused_at_once(recogniser):
    recogniser.start(OPEN)
    assert not recogniser.is_ready
    with pytest.raises(RecogniserBusy):
        recogniser.start(OPEN)


async def test_audio_after_the_end_is_ignored(recogniser):
    recognition = recogniser.start(OPEN)
    recognition.feed(SPEECH)
    heard = await recognition.finish()
    recognition.feed(SPEECH)
    recognition.pause()
    assert await recognition.finish() == heard


async def test_a_script_takes_the_choice_whose_wording_it_is():
    recognition = ScriptedRecogniser(["对"]).start(YES_NO)
    recognition.feed(SPEECH)
    assert (await recognition.finish()).choice == "yes"


async def test_a_script_can_fail_as_real_ones_do():
    recognition = ScriptedRecogniser([RecogniserLate("2 s")]).start(OPEN)
    recognition.feed(SPEECH)
    with pytest.raises(RecogniserLate):
        await recognition.finish()


async def test_a_script_shows_its_next_line_at_a_pause():
    recognition = ScriptedRecogniser([Heard(), "就是那个"]).start(OPEN)
    assert recognition.partial == ""
    recognition.cancel()


def test_a_site_without_an_engine_says_so_at_once():
    nobody = Unheard()
    assert not nobody.is_ready
    with pytest.raises(RecogniserAway, match="no engine"):
        nobody.start(OPEN)
