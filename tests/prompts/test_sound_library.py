"""The call path finds a clip without touching the disk, and the right one of two."""

from pathlib import Path

import pytest
from clips import put, sound, tone

from prompts import manifest
from prompts.sound_library import Library

HELLO = sound("hello", "您好。")
TITLE = sound("line.H090", "供水报修")


def test_a_clip_is_located_by_asterisks_name(tmp_path):
    path = put(tmp_path, TITLE, tone(seconds=1))
    assert Library([tmp_path]).locate(TITLE) == str(path).removesuffix(".alaw")


def test_a_missing_clip_is_an_empty_name(tmp_path):
    assert Library([tmp_path, tmp_path / "nowhere"]).locate(HELLO) == ""


def test_the_committed_folder_wins_over_the_sites_own(tmp_path):
    first = put(tmp_path / "a", HELLO, tone(seconds=1))
    put(tmp_path / "b", HELLO, tone(seconds=2))
    assert Library([tmp_path / "a", tmp_path / "b"]).locate(HELLO) == str(first.with_suffix(""))


def test_an_edited_title_is_answered_by_the_folder_that_says_it(tmp_path):
    put(tmp_path / "a", TITLE, tone(seconds=1), says="旧的标题")
    edited = put(tmp_path / "b", TITLE, tone(seconds=1))
    library = Library([tmp_path / "a", tmp_path / "b"])
    assert library.locate(TITLE) == str(edited.with_suffix(""))


def test_an_old_recording_is_better_than_silence(tmp_path):
    old = put(tmp_path, TITLE, tone(seconds=1), says="旧的标题")
    assert Library([tmp_path]).locate(TITLE) == str(old.with_suffix(""))


def test_locating_reads_nothing_from_disk_until_refresh(tmp_path):
    library = Library([tmp_path])
    path = put(tmp_path, HELLO, tone(seconds=1))
    assert library.locate(HELLO) == ""
    library.refresh()
    path.unlink()
    assert library.locate(HELLO) == str(path.with_suffix(""))


def test_a_relative_folder_gives_absolute_names(tmp_path, monkeypatch):
    put(tmp_path / "audio", HELLO, tone(seconds=1))
    monkeypatch.chdir(tmp_path)
    assert Path(Library([Path("audio")]).locate(HELLO)).is_absolute()


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"hello": 1}', '{"hello": {"text": "x"}}'])
def test_a_damaged_manifest_hides_no_audio(tmp_path, damaged):
    path = put(tmp_path, HELLO, tone(seconds=1))
    (tmp_path / manifest.NAME).write_text(damaged, "utf-8")
    assert Library([tmp_path]).locate(HELLO) == str(path.with_suffix(""))


def test_a_manifest_comes_back_as_it_was_written(tmp_path):
    put(tmp_path, TITLE, tone(seconds=1))
    before = manifest.read(tmp_path)
    manifest.write(tmp_path, before)
    assert manifest.read(tmp_path) == before
    assert before[TITLE.id].text == "供水报修"
