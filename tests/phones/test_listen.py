"""Listening: what was played is found, also when the line was bad, and nothing else is."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import numpy as np
import pytest

from deploy.phones.listen import (
    Clip,
    NotHeard,
    assert_heard,
    heard,
    is_silent,
    load,
    longest_silence,
    sounds,
)
from deploy.phones.matching import Haystack, whitened
from deploy.phones.wave_files import RATE, read_samples
from prompts.sound_library import COMMITTED

from .speech import Sound, recorded, sentence, silence, slipped

LENGTHS = (0.4, 0.6, 0.9, 1.5, 2.5, 4.0, 6.0, 11.0)
SENTENCES = {f"s{seed}": sentence(seed, LENGTHS[seed % len(LENGTHS)]) for seed in range(24)}


def clip(name: str) -> Clip:
    return Clip(name, whitened(SENTENCES[name]))


def haystack(*parts: Sound) -> Haystack:
    return Haystack(whitened(np.concatenate(parts)))


def test_clips_are_heard_in_order_with_their_times(tmp_path: Path) -> None:
    path = recorded(
        tmp_path / "r.wav", silence(0.5), SENTENCES["s3"], silence(1), SENTENCES["s0"], silence(1)
    )
    one, other = heard(path, [clip("s0"), clip("s7"), clip("s3")])
    assert (one.name, other.name) == ("s3", "s0")
    assert one.start == pytest.approx(0.5, abs=0.02)
    assert other.start == pytest.approx(3.0, abs=0.02)
    assert min(one.score, other.score, one.portion, other.portion) > 0.95


@pytest.mark.parametrize("every", [5.0, 2.0, 1.0, 0.7])
def test_slips_of_20_ms_and_a_low_level_hide_no_sentence(every: float) -> None:
    for name, sound in SENTENCES.items():
        quiet = (slipped(sound, every) * 0.3).astype(np.int16)
        found = haystack(silence(0.7), quiet, silence(1)).find(clip(name).samples)
        assert len(found) == 1, name
        assert found[0].portion > 0.8, name


def test_a_machine_that_stalls_in_mid_sentence_hides_nothing_of_it() -> None:
    sound = SENTENCES["s6"]
    (match,) = haystack(sound[: 2 * RATE], silence(0.3), sound[2 * RATE :], silence(1)).find(
        clip("s6").samples
    )
    assert match.portion > 0.9
    assert match.end == pytest.approx(6.3 * RATE, abs=0.1 * RATE)


def test_a_line_that_lurches_in_the_first_word_hides_nothing_of_the_sentence() -> None:
    """As on a busy machine: 110 ms came in between, in two jumps, within the first half second."""
    survey = COMMITTED / "say" / "survey.alaw"
    first, second, rest = np.split(load(survey), [2500, 3300])
    heard = haystack(silence(0.7), first, silence(0.055), second, silence(0.055), rest)
    (match,) = heard.find(Clip.read(survey).samples)
    assert match.portion > 0.9


def test_no_sentence_is_found_in_another() -> None:
    for one, other in itertools.permutations(SENTENCES, 2):
        found = haystack(silence(0.3), SENTENCES[one], silence(0.3)).find(clip(other).samples)
        assert found == (), (one, other)


def test_an_interrupted_sentence_is_heard_in_part() -> None:
    (match,) = haystack(silence(0.3), SENTENCES["s7"][: 3 * RATE], silence(2)).find(
        clip("s7").samples
    )
    assert match.portion == pytest.approx(3 / 11, abs=0.06)


def test_a_sentence_said_twice_is_heard_twice() -> None:
    twice = haystack(SENTENCES["s0"], silence(0.2), SENTENCES["s0"], silence(1))
    assert len(twice.find(clip("s0").samples)) == 2


def test_a_minute_is_searched_for_ten_clips_in_seconds() -> None:
    minute = np.concatenate([*SENTENCES.values(), silence(30)])[: 60 * RATE]
    started = time.process_time()
    look = haystack(minute)
    for name in list(SENTENCES)[:10]:
        assert look.find(clip(name).samples)
    assert time.process_time() - started < 20  # a quarter of one is usual


def test_what_is_missing_is_complained_of_with_what_is_there(tmp_path: Path) -> None:
    path = recorded(tmp_path / "r.wav", silence(0.5), SENTENCES["s1"], silence(1))
    with pytest.raises(NotHeard, match=r"(?s)s2 was not heard.*after \['s1'\].*0\.50-.*s1"):
        assert_heard(path, [clip("s1"), clip("s2")])


def test_the_wrong_order_is_not_heard(tmp_path: Path) -> None:
    path = recorded(tmp_path / "r.wav", SENTENCES["s2"], silence(0.5), SENTENCES["s3"])
    assert [each.name for each in assert_heard(path, [clip("s2"), clip("s3")])] == ["s2", "s3"]
    with pytest.raises(NotHeard, match="s2 was not heard"):
        assert_heard(path, [clip("s3"), clip("s2")])


def test_silence_is_told_from_sound(tmp_path: Path) -> None:
    path = recorded(tmp_path / "r.wav", silence(1), SENTENCES["s3"], silence(2))
    assert is_silent(path, end=0.9)
    assert not is_silent(path)
    assert is_silent(path, 2.7)
    assert longest_silence(path) == pytest.approx(2.0, abs=0.1)
    ((start, end),) = sounds(path)
    assert (start, end) == (pytest.approx(1.0, abs=0.1), pytest.approx(2.5, abs=0.1))


def test_an_empty_recording_and_an_empty_clip_hold_nothing(tmp_path: Path) -> None:
    empty = recorded(tmp_path / "r.wav", silence(0))
    assert heard(empty, [clip("s1")]) == ()
    assert is_silent(empty)
    assert sounds(empty) == ()
    assert haystack(SENTENCES["s1"]).find(whitened(silence(1))) == ()


def test_no_committed_sentence_is_mistaken_for_another() -> None:
    paths = sorted(path for path in COMMITTED.glob("*/*.alaw") if path.stat().st_size > RATE)[:60]
    if not paths:
        pytest.skip("no prompt audio is committed")
    clips = [Clip.read(path) for path in paths]
    mistaken = [
        (path.stem, other.name)
        for path, other in itertools.product(paths, clips)
        if path.stem != other.name
        and Haystack(whitened(np.frombuffer(read_samples(path), np.int16))).find(other.samples)
    ]
    assert mistaken == []
