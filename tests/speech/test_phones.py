"""Single sounds: what characters are made of, and how likely a sequence of them is."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.speech.engines.whisper.model import Encoded
from ivr.speech.engines.whisper.phones import IMPOSSIBLE, Phones, Sounds, Unweighed
from ivr.speech.engines.whisper.trellis import likelihoods
from ivr.speech.engines.whisper.units import UNITS, units_of


def named(text):
    return [UNITS[unit] for unit in units_of(text)]


def sounds_like(*units, frames=4):
    """An utterance that is certainly these sounds, each for some frames, with blanks between."""
    chances = np.full((len(units) * frames, len(UNITS)), -9.0, dtype=np.float32)
    for place, unit in enumerate(units):
        chances[place * frames : place * frames + 2, unit] = -0.1
        chances[place * frames + 2 : (place + 1) * frames, 0] = -0.1
    return Sounds(chances)


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("是四", ["sh", "iii", "s", "ii"]),
        ("一幺有", ["i", "iao", "iu"]),
        ("五问", ["u", "un"]),
        ("去月元", ["q", "v", "ve", "van"]),
        ("女绿", ["n", "v", "l", "v"]),
        ("二，110 a", ["er"]),
        ("", []),
    ],
)
def test_characters_are_told_by_their_sounds_alone(text, sounds):
    assert named(text) == sounds


@settings(deadline=None)  # who asks first loads the dictionary of sounds
@given(st.text(max_size=30))
def test_any_text_at_all_has_sounds_of_the_table(text):
    assert all(0 < unit < len(UNITS) for unit in units_of(text))


def test_a_sequence_is_as_likely_as_all_its_spreads_together():
    """Against counting them all: three frames, blank and two sounds."""
    chances = np.log(np.array([[0.5, 0.3, 0.2], [0.2, 0.5, 0.3], [0.6, 0.1, 0.3]], np.float32))

    def collapsed(path):
        kept = [now for before, now in zip((0, *path), path, strict=False) if now != before]
        return tuple(unit for unit in kept if unit)

    wanted = [(1,), (1, 2), (2, 1), (1, 1), ()]
    counted = [
        sum(
            math.prod(math.exp(chances[time, unit]) for time, unit in enumerate(path))
            for path in product(range(3), repeat=3)
            if collapsed(path) == sequence
        )
        for sequence in wanted
    ]
    assert np.exp(likelihoods(chances, wanted)) == pytest.approx(counted, rel=1e-4)


def test_of_nothing_heard_nothing_is_likelier():
    assert likelihoods(np.zeros((0, 3), np.float32), [(1,), (2,)]) == [0.0, 0.0]


def test_what_was_said_is_worth_more_than_its_neighbours():
    heard = sounds_like(*units_of("不是"))
    worth = dict(zip(("不是", "是", "不"), heard.worth(("不是", "是", "不")), strict=True))
    assert max(worth, key=worth.get) == "不是"


def test_what_has_no_sound_or_no_time_is_impossible():
    heard = sounds_like(*units_of("是"))
    assert heard.worth(("", "ok", "我们小区已经停水三天了")) == [IMPOSSIBLE] * 3


def test_a_table_gives_each_moment_a_chance_for_every_sound(tmp_path):
    random = np.random.default_rng(4)
    weights = random.standard_normal((512, len(UNITS))).astype(np.float16)
    np.savez(tmp_path / "table.npz", weights=weights, bias=np.zeros(len(UNITS), np.float32))
    states = random.standard_normal((60, 512)).astype(np.float32)
    chances = Phones(tmp_path / "table.npz").of(states).chances
    assert chances.shape == (60, len(UNITS))
    assert np.exp(chances).sum(axis=1) == pytest.approx(np.ones(60), abs=1e-3)


def test_what_is_told_by_single_sounds_ends_a_moment_after_the_audio():
    states = np.arange(60, dtype=np.float32).reshape(1, 60, 1)
    heard = Encoded(states, frames=120, spoken=80).while_spoken
    assert heard.ravel().tolist() == list(range(50))  # two frames a state, and a fifth of a second


def test_without_a_table_all_texts_fit_alike():
    assert Unweighed().worth(("是", "不是")) == [0.0] * 2
