"""sherpa-onnx behind its adapter: the real library on a model that the test makes."""

import numpy as np
import pytest

pytest.importorskip("sherpa_onnx", reason="the extra `sherpa` is not installed")

from ivr.kernel.heard import OPEN, Choice, Hints
from ivr.speech.engines.sherpa import SherpaEngine
from ivr.speech.model_files import ModelMissing

from .tiny_model import write

HISS = (np.random.default_rng(1).standard_normal(8000) * 0.2).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write(tmp_path_factory.mktemp("sherpa"))


@pytest.fixture(scope="module")
def engine(folder):
    return SherpaEngine(folder)


def test_what_is_loud_is_heard_and_silence_is_nothing(engine):
    heard = engine.hear(HISS, OPEN)
    assert heard.text == "水"
    assert 0 < heard.confidence < 1
    assert engine.hear(np.zeros(8000, np.float32), OPEN).is_nothing
    assert engine.hear(HISS * 1e-5, OPEN).is_nothing


def test_an_answer_of_a_closed_question_is_told_by_its_sound(engine):
    hints = Hints((Choice("water", ("供水",)), Choice("power", ("供电",))), only=True)
    assert engine.hear(HISS, hints).choice == "water"


def test_its_name_says_library_kind_and_model(engine, folder):
    assert engine.name == f"sherpa-onnx sense voice {folder.name}"


def test_an_empty_folder_is_no_model(tmp_path):
    with pytest.raises(ModelMissing, match=r"docs/speech\.md"):
        SherpaEngine(tmp_path)


def test_tokens_alone_are_no_model(tmp_path):
    (tmp_path / "tokens.txt").write_text("<blk> 0\n", encoding="utf-8")
    with pytest.raises(ModelMissing, match="no model"):
        SherpaEngine(tmp_path)


def test_a_damaged_model_is_refused_by_name(folder, tmp_path):
    place = tmp_path / "sense-voice-damaged"
    place.mkdir()
    (place / "tokens.txt").write_bytes((folder / "tokens.txt").read_bytes())
    (place / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:200])
    with pytest.raises(ModelMissing, match="sense-voice-damaged"):
        SherpaEngine(place)
