"""Single sounds are learned on the machine that hears, from lessons that come with the product."""

import csv
import io
import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ctranslate2", reason="the extra `speech` is not installed")

from ivr.speech.engines.whisper.phones import Phones, phones_at
from ivr.speech.engines.whisper.units import UNITS, units_of
from ivr.speech.learning import __main__ as learning
from ivr.speech.learning.disturbed import disturbed, quiet
from ivr.speech.learning.learner import Lesson, learned
from ivr.speech.learning.lessons import SAID, LessonsDamaged, clips, rows
from ivr.speech.learning.spread import shares
from ivr.speech.model_files import is_there, model_folder
from ivr.speech.table_files import LESSONS, TableDamaged, keep, key, table_place

TESTS = Path(__file__).parents[1]
JUDGED = {"zf_xiaoni", "zm_yunjian", "zf_xiaoxiao", "zm_yunxia"}  # voices nobody taught


def no_progress(_line):
    pass


def collapsed(path):
    kept = [now for before, now in zip((0, *path), path, strict=False) if now != before]
    return tuple(unit for unit in kept if unit)


def counted(chances, said):
    """The share of each unit at each moment, over all spreads of the text one by one."""
    found = np.zeros(chances.shape)
    for path in product(range(chances.shape[1]), repeat=len(chances)):
        if collapsed(path) == said:
            chance = math.prod(chances[time, unit] for time, unit in enumerate(path))
            for time, unit in enumerate(path):
                found[time, unit] += chance
    return found / found.sum(axis=1, keepdims=True)


def test_a_text_is_spread_over_its_time_as_if_all_ways_were_counted():
    """Three texts at once, of different lengths; what comes after an utterance changes nothing."""
    random = np.random.default_rng(3)
    chances = random.dirichlet(np.ones(4), size=(3, 6))
    lengths, said = np.array([6, 4, 5]), [(1, 2), (3,), (2, 2)]
    found = shares(chances, lengths, said)
    for place, (length, text) in enumerate(zip(lengths, said, strict=True)):
        wanted = counted(chances[place, :length], text)
        assert found[place, :length] == pytest.approx(wanted, abs=1e-5)


def test_sounds_that_are_heard_apart_are_learned_from_whole_texts():
    """Nobody tells when each sound was; the table finds it out."""
    random = np.random.default_rng(1)
    voices = random.standard_normal((len(UNITS), 512)).astype(np.float32)

    def heard(said):
        places = [0, 0, *(place for unit in said for place in (unit, unit, 0))]
        noise = 0.3 * random.standard_normal((len(places), 512))
        return Lesson((voices[places] + noise).astype(np.float32), tuple(said))

    lessons = [heard(random.integers(1, 6, size=4).tolist()) for _ in range(120)]
    with np.load(io.BytesIO(learned(lessons, no_progress))) as table:
        raw = voices @ table["weights"].astype(np.float32) + table["bias"]
    assert raw[:6].argmax(axis=1).tolist() == [0, 1, 2, 3, 4, 5]


def test_the_lessons_that_come_with_the_product_are_whole_and_small():
    said = list(clips(LESSONS))
    assert len(said) == len(rows(LESSONS)) > 300
    assert all(0.2 < len(clip.sound) / 8000 < 8 and units_of(clip.text) for clip in said)
    assert sum(file.stat().st_size for file in LESSONS.iterdir()) < 4e6


def test_no_lesson_is_of_a_voice_or_a_sentence_that_judges():
    sentences = set()
    for path in (TESTS / "data").glob("utterances*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            sentences |= {row["text"] for row in csv.DictReader(lines) if len(row["text"]) > 5}
    assert len(sentences) > 100
    assert not JUDGED & {row["voice"] for row in rows(LESSONS)}
    assert not sentences & {row["text"] for row in rows(LESSONS)}


def test_rows_that_are_not_those_of_the_clips_are_noticed(tmp_path):
    (tmp_path / SAID).write_text("voice,speed,text,bytes\nsomebody,1.0,是,100\n", "utf-8")
    (tmp_path / "somebody.alaw").write_bytes(b"\xd5" * 99)
    with pytest.raises(LessonsDamaged, match="somebody"):
        list(clips(tmp_path))


def test_a_lesson_sounds_the_same_each_time_and_noise_stays_under_the_voice():
    voice = np.sin(np.arange(4000) * 0.5).astype(np.float32)
    others = [np.sin(np.arange(3000) * pace).astype(np.float32) for pace in (0.1, 0.2, 0.3)]
    one, again = (disturbed(voice, others, np.random.default_rng(5)) for _ in range(2))
    alone = quiet(voice, np.random.default_rng(5))
    assert np.array_equal(one, again)
    noise = np.sqrt(np.mean((one - alone) ** 2) / np.mean(voice**2))
    assert 10 ** (-21 / 20) < noise < 10 ** (-9 / 20)


def test_the_key_changes_with_any_lesson(tmp_path):
    (tmp_path / "a.alaw").write_bytes(b"123")
    before = key(tmp_path)
    assert key(tmp_path) == before
    (tmp_path / "a.alaw").write_bytes(b"124")
    assert key(tmp_path) != before


def test_a_table_is_kept_whole_and_old_ones_go(tmp_path):
    for version in range(8):
        keep(tmp_path / f"single-sounds-{version}.npz", bytes([version]))
    assert (tmp_path / "single-sounds-7.npz").read_bytes() == b"\x07"
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "flipped", "another"])
def test_a_damaged_table_is_noticed_whatever_happened_to_it(tmp_path, damage):
    content = io.BytesIO()
    shape = (512, 7) if damage == "another" else (512, len(UNITS))
    random = np.random.default_rng(0).standard_normal(shape).astype(np.float16)
    np.savez_compressed(content, weights=random, bias=np.zeros(shape[1], np.float32))
    whole = content.getvalue()
    damaged = {
        "empty": b"",
        "cut": whole[:5000],
        "flipped": whole[:5000] + bytes([whole[5000] ^ 255]) + whole[5001:],
        "another": whole,
    }
    if damage in damaged:
        (tmp_path / "table.npz").write_bytes(damaged[damage])
    with pytest.raises(TableDamaged):
        Phones(tmp_path / "table.npz")


@pytest.fixture
def school(tmp_path, monkeypatch):
    """Set-up's step with its hearing and learning counted, not done."""
    done = []
    monkeypatch.setattr(learning, "table_place", lambda: tmp_path / "cache" / "table.npz")
    monkeypatch.setattr(learning, "verify", lambda _folder: None)
    monkeypatch.setattr(learning, "heard", lambda *_: done.append("heard") or [])
    content = io.BytesIO()
    weights = np.zeros((512, len(UNITS)), np.float16)
    np.savez(content, weights=weights, bias=np.zeros(len(UNITS), np.float32))
    monkeypatch.setattr(learning, "learned", lambda *_: content.getvalue())
    return done


def test_set_up_learns_once_and_again_when_the_table_was_damaged(school, tmp_path):
    assert [learning.main(), learning.main()] == [0, 0]
    assert school == ["heard"]
    (tmp_path / "cache" / "table.npz").write_bytes(b"PK")
    assert learning.main() == 0
    assert school == ["heard"] * 2


def test_without_a_model_or_room_set_up_says_why(school, tmp_path, capsys):
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert learning.main() == 1
    assert "cache" in capsys.readouterr().err


def test_after_set_up_the_table_is_there():
    if not is_there(model_folder()):
        pytest.skip("no model in the user's cache: make setup joins it, and then learns")
    assert phones_at(table_place()) is not None
