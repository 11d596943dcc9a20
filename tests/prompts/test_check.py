"""Every rule finds its own fault in a clip made for it, and nothing in a good one."""

import pytest
from clips import put, sound, tone

from prompts.check import check
from prompts.sound_library import Library

TITLE = sound("line.H090", "供水报修")
PAUSE = sound("pause", "，")


def found(folder, wanted=TITLE, limits=None):
    return [problem.kind for problem in check([wanted], Library([folder]), limits or {})]


def test_a_good_clip_has_no_problem(tmp_path):
    put(tmp_path, TITLE, tone(seconds=1.2))
    assert found(tmp_path) == []


def test_a_clip_that_is_not_there_is_missing(tmp_path):
    assert found(tmp_path) == ["missing"]


def test_a_clip_deleted_after_the_library_looked_is_missing(tmp_path):
    path = put(tmp_path, TITLE, tone(seconds=1.2))
    library = Library([tmp_path])
    path.unlink()
    assert [problem.kind for problem in check([TITLE], library)] == ["missing"]


@pytest.mark.parametrize("level", [0.0, 0.005])
def test_a_clip_nobody_hears_is_silent(tmp_path, level):
    put(tmp_path, TITLE, tone(seconds=1.2, level=level))
    assert found(tmp_path) == ["silent"]


def test_an_empty_file_is_silent(tmp_path):
    put(tmp_path, TITLE, b"")
    assert found(tmp_path) == ["silent"]


def test_a_pause_may_be_silent(tmp_path):
    put(tmp_path, PAUSE, tone(seconds=0.1, level=0.0))
    assert found(tmp_path, PAUSE) == []


def test_a_clip_at_full_scale_is_clipped(tmp_path):
    put(tmp_path, TITLE, tone(seconds=1.2, level=0.97))
    assert found(tmp_path) == ["clipped"]


def test_a_clip_that_speaks_too_briefly_for_its_text_was_cut_off(tmp_path):
    put(tmp_path, TITLE, tone(seconds=0.2, silence=1))
    assert found(tmp_path) == ["too-short"]


def test_silence_around_it_does_not_make_a_clip_long_enough(tmp_path):
    put(tmp_path, TITLE, tone(seconds=0.36, silence=2))
    assert found(tmp_path) == []
    assert found(tmp_path, sound("line.H090", "供水报修供水报修")) == ["stale", "too-short"]


def test_a_clip_over_its_limit_is_too_long(tmp_path):
    put(tmp_path, TITLE, tone(seconds=4.2))
    assert found(tmp_path, limits={TITLE.id: 4}) == ["too-long"]


def test_without_a_limit_fifteen_seconds_hold(tmp_path):
    put(tmp_path, TITLE, tone(seconds=15.2))
    assert found(tmp_path) == ["too-long"]


def test_a_clip_of_another_text_is_stale(tmp_path):
    put(tmp_path, TITLE, tone(seconds=1.2), says="供热报修")
    assert found(tmp_path) == ["stale"]


def test_a_clip_in_no_manifest_may_say_anything(tmp_path):
    put(tmp_path, TITLE, tone(seconds=1.2))
    (tmp_path / "manifest.json").unlink()
    assert found(tmp_path) == ["unknown-text"]


def test_a_wav_under_the_name_of_a_clip_has_the_wrong_format(tmp_path):
    put(tmp_path, TITLE, b"RIFF" + tone(seconds=1.2))
    assert found(tmp_path) == ["wrong-format"]


def test_a_clip_with_another_suffix_has_the_wrong_format(tmp_path):
    put(tmp_path, TITLE, tone(seconds=1.2)).rename(tmp_path / "line" / "H090.wav")
    assert found(tmp_path) == ["wrong-format"]


def test_each_problem_says_in_chinese_what_is_wrong_and_how_to_mend_it(tmp_path):
    (problem,) = check([TITLE], Library([tmp_path]))
    assert (
        problem.sentence
        == "“供水报修”没有录音，来电人什么也听不到。请运行 hotline prompts render。"
    )


def test_a_clip_wanted_twice_is_reported_once(tmp_path):
    assert len(check([TITLE, TITLE], Library([tmp_path]))) == 1
