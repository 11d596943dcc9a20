"""Whoever is hard to understand is heard a second time, slower."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("ctranslate2", reason="the extra `speech` is not installed")

from ivr.kernel.heard import OPEN, Hypothesis
from ivr.speech.engines.whisper.again import (
    LESS,
    LONGEST,
    PATIENCE,
    SLOWER,
    UNSURE,
    is_worthwhile,
    slowed,
    together,
)
from ivr.speech.engines.whisper.engine import WhisperEngine
from ivr.speech.model_files import is_there, model_folder
from tests.callers.clips import clip
from tests.callers.noises import read

DOUBTFUL = (Hypothesis("以后服在哪里", UNSURE - 0.1),)
SURE = (Hypothesis("转人工", UNSURE + 0.1),)
SHORT = np.zeros(8000, dtype=np.float32)
LONG = np.zeros(LONGEST + 1, dtype=np.float32)


@pytest.mark.parametrize(
    ("readings", "samples", "took", "expected"),
    [
        (DOUBTFUL, SHORT, 0.5, True),
        (SURE, SHORT, 0.5, False),
        ((), SHORT, 0.5, False),
        (DOUBTFUL, LONG, 0.5, False),
        (DOUBTFUL, SHORT, PATIENCE + 0.1, False),
    ],
    ids=["in doubt", "sure", "nobody spoke", "a long story", "a busy machine"],
)
def test_only_short_doubtful_speech_is_heard_twice_where_there_is_time(
    readings, samples, took, expected
):
    assert is_worthwhile(readings, samples, took) is expected


def test_slowed_speech_is_longer_and_lower_and_as_loud():
    tone = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000).astype(np.float32)
    slow = slowed(tone)
    assert slow.size == round(8000 / SLOWER)
    hertz = np.fft.rfftfreq(slow.size, 1 / 8000)[np.abs(np.fft.rfft(slow)).argmax()]
    assert hertz == pytest.approx(1000 * SLOWER, abs=2)
    assert np.std(slow) == pytest.approx(np.std(tone), rel=0.02)


readings = st.lists(
    st.builds(Hypothesis, st.sampled_from(("停水", "停税", "听水")), st.floats(-2, 0)),
    max_size=3,
    unique_by=lambda one: one.text,  # as `cleaned` tells them
)


@given(readings, readings)
def test_of_two_hearings_every_text_is_told_once_best_first_and_the_second_has_less_say(
    first, again
):
    both = together(first, again)
    assert {each.text for each in both} == {each.text for each in (*first, *again)}
    assert len({each.text for each in both}) == len(both)
    worth = [(each.text, each.score) for each in first]
    worth += [(each.text, each.score - LESS) for each in again]
    for each in both:
        assert each.score == max(score for text, score in worth if text == each.text)
    assert [each.score for each in both] == sorted((each.score for each in both), reverse=True)


def test_a_doubtful_sentence_keeps_what_was_read_first_and_gains_what_was_read_again(monkeypatch):
    if not is_there(model_folder()):
        pytest.skip("no model in the user's cache: make setup joins it")
    engine = WhisperEngine(model_folder())
    samples = read(clip("water")).astype(np.float32)
    doubt = "ivr.speech.engines.whisper.engine.is_worthwhile"
    monkeypatch.setattr(doubt, lambda *_: False)
    once = {one.text for one in engine.hear(samples, OPEN).hypotheses}
    monkeypatch.setattr(doubt, lambda *_: True)
    twice = {one.text for one in engine.hear(samples, OPEN).hypotheses}
    assert once < twice
