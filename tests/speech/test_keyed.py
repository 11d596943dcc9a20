"""The sound of a telephone's keys, told from everything else."""

import math
import random
from array import array
from pathlib import Path

import pytest

from ivr.speech.keyed import HIGH, LOW, SPAN, is_key
from prompts.alaw import LINEAR

VOICE = Path(__file__).parents[2] / "prompts" / "audio" / "say" / "greeting.alaw"


def frame(*tones, hiss=0.0):
    source = random.Random(7)
    samples = [
        sum(loud * math.sin(2 * math.pi * hertz * at / 8000 + 0.7) for hertz, loud in tones)
        + source.gauss(0, hiss)
        for at in range(SPAN)
    ]
    return array("h", map(round, samples)).tobytes()


@pytest.mark.parametrize("low", LOW)
@pytest.mark.parametrize("high", HIGH)
def test_each_key_is_known_though_one_tone_is_fainter_and_the_line_hisses(low, high):
    assert is_key(frame((low, 6000), (high, 3500), hiss=500))
    assert is_key(frame((low, 700), (high, 1200), hiss=80))


def test_one_tone_is_no_key():
    assert not is_key(frame((697, 8000)))
    assert not is_key(frame((450, 8000)))


def test_silence_noise_and_half_a_frame_are_no_key():
    assert not is_key(bytes(2 * SPAN))
    assert not is_key(frame(hiss=3000))
    assert not is_key(frame((697, 6000), (1209, 6000))[:160])


def test_no_frame_of_a_voice_is_taken_for_a_key():
    voice = array("h", [LINEAR[code] for code in VOICE.read_bytes()])
    frames = [voice[at : at + SPAN].tobytes() for at in range(0, len(voice) - SPAN + 1, SPAN)]
    assert len(frames) > 400
    assert not any(map(is_key, frames))
