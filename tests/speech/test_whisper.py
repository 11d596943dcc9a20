"""The embedded recogniser on the product's own voice; skipped where the set-up brought no model."""

import numpy as np
import pytest

pytest.importorskip("ctranslate2", reason="the extra `speech` is not installed")

from pathlib import Path

from ivr.kernel.heard import OPEN, Hints
from ivr.speech import answers
from ivr.speech.engines.engine import samples_of
from ivr.speech.engines.whisper import WhisperEngine
from ivr.speech.engines.whisper.features import doubled, log_mel
from ivr.speech.model_files import ModelMissing, is_there, join, model_folder, verify
from ivr.speech.sounds import distance, syllables
from prompts.alaw import LINEAR, SILENCE

AUDIO = Path(__file__).parents[2] / "prompts" / "audio"


@pytest.fixture(scope="module")
def engine():
    if not is_there(model_folder()):
        pytest.skip("no model in the user's cache: make setup joins it")
    return WhisperEngine(model_folder())


def clip(name):
    coded = bytes([SILENCE]) * 1600 + (AUDIO / f"{name}.alaw").read_bytes()
    return np.array([LINEAR[code] for code in coded], dtype=np.float32) / 32768


def test_a_sentence_is_heard_by_its_sound(engine):
    heard = engine.hear(clip("say/please_wait"), OPEN)
    assert distance(syllables(heard.text), syllables("请稍候")) < 0.2
    assert 0 < heard.confidence <= 1
    assert len(heard.hypotheses) > 1


def test_a_place_is_chosen_among_its_neighbours(engine):
    hints = Hints((*answers.numbered({"1": "海勃湾区", "2": "乌达区"}),), only=True)
    heard = engine.hear(clip("say/which_district"), hints)
    assert heard.choice in ("1", "2")
    assert 0 < heard.confidence <= 1


@pytest.mark.parametrize("level", [0.0, 1e-5, 0.02])
def test_noise_and_silence_are_nothing_or_uncertain(engine, level):
    noise = np.random.default_rng(2).standard_normal(16000).astype(np.float32) * level
    heard = engine.hear(noise, OPEN)
    assert heard.is_nothing or heard.confidence < 0.6
    assert engine.hear(noise[:100], OPEN).is_nothing


def test_sound_at_twice_the_rate_keeps_its_samples_and_fills_between():
    tone = np.sin(np.arange(2000) * 0.7).astype(np.float32)
    twice = doubled(tone)
    assert np.array_equal(twice[::2], tone)
    between = np.sin((np.arange(2000) + 0.5) * 0.7)
    assert np.abs(twice[1::2] - between)[200:-200].max() < 0.01


def test_features_are_eighty_bands_every_ten_milliseconds():
    found = log_mel(np.ones(16000, dtype=np.float32))
    assert found.shape == (80, 100)
    assert found.max() - found.min() <= 2.0 + 1e-6


def test_samples_are_between_minus_one_and_one():
    assert samples_of(b"\x00\x80\xff\x7f\x01").tolist() == [-1.0, pytest.approx(1.0, abs=1e-4)]


def test_a_damaged_model_is_noticed(tmp_path):
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).write_bytes(b"x")
    assert is_there(tmp_path)
    with pytest.raises(ModelMissing, match="damaged"):
        verify(tmp_path)


def test_without_the_packages_the_model_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("ivr.speech.model_files.PACKAGES", ("no_such_half", "no_such_half"))
    with pytest.raises(ModelMissing, match="speech"):
        join(tmp_path / "model")
