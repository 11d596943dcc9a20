"""What pages play: the words as they stand and never others; new ones are made on the spot."""

from __future__ import annotations

import io
import wave

import pytest

from ivr.app import preview
from ivr.app.preview import Preview
from ivr.app.workshop import ThreadWorkshop
from ivr.kernel.people import Role
from prompts import manifest
from prompts.sound_library import COMMITTED
from tests.web.test_table_pages import edit, readable

SECOND = b"\x55" * 8000


def rendered(folder, sounds, _engine):
    """As `render_clips` does it, with a second of nothing for each sentence."""
    entries = manifest.read(folder)
    for sound in sounds:
        path = folder / f"{manifest.clip_name(sound.id)}{manifest.SUFFIX}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SECOND)
        entries = {**entries, sound.id: manifest.Entry(sound.text, "test", 1.0)}
    manifest.write(folder, entries)
    return ()


def length(answer):
    with wave.open(io.BytesIO(answer.content)) as sound:
        return sound.getnframes() / 8000


@pytest.fixture
def with_voice(site, monkeypatch, tmp_path):
    """A machine on which clips can be made."""
    monkeypatch.setattr(preview, "render_clips", rendered)
    made = Preview((COMMITTED,), tmp_path / "preview", ThreadWorkshop(), "espeak")
    object.__setattr__(site.parts, "sounds", made)  # it is frozen
    return made


async def rename(editor):
    form = {"key": "1", "title": "停水的新说法", "target": "line:H090"}
    await edit(editor, "/menu/repair/1", form)


async def test_a_new_title_is_heard_before_it_is_published(site, with_voice):
    editor = await site.signed_in("anna", Role.ADMINISTRATOR)
    before = length(await editor.get("/sounds/menu/repair.wav"))
    await rename(editor)
    assert "有新的话，试听时临时合成" in readable(await editor.look("/menu"))
    after = length(await editor.get("/sounds/menu/repair.wav"))
    assert after != pytest.approx(before, abs=0.01)
    assert "有新的话" not in readable(await editor.look("/menu"))


async def test_without_a_voice_the_old_words_are_left_out_and_not_played_for_the_new(site):
    editor = await site.signed_in("anna", Role.ADMINISTRATOR)
    before = length(await editor.get("/sounds/menu/repair.wav"))
    await rename(editor)
    assert length(await editor.get("/sounds/menu/repair.wav")) < before


async def test_who_only_looks_makes_nothing(site, with_voice, tmp_path):
    reader = await site.signed_in("oscar", Role.OPERATOR)
    assert (await reader.get("/sounds/menu/repair.wav")).status_code == 200
    assert not (tmp_path / "preview").exists()


async def test_a_machine_without_time_says_so(site, with_voice, monkeypatch):
    monkeypatch.setattr(preview, "PATIENCE", 0)
    editor = await site.signed_in("anna", Role.ADMINISTRATOR)
    await rename(editor)
    answer = await editor.get("/sounds/menu/repair.wav")
    assert (answer.status_code, "过一会儿再听" in answer.text) == (503, True)
