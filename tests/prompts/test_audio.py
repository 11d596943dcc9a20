"""The clips that ship are whole, and are what the renderer would make today."""

import pytest

from prompts import manifest
from prompts.catalogue import PROMPTS
from prompts.check import check
from prompts.sound_library import COMMITTED, Library
from prompts.switch import SWITCH_SOUNDS
from prompts.vocabulary import vocabulary

OURS = (*PROMPTS.sentences.values(), *vocabulary())


def test_every_sentence_and_every_word_of_the_readers_has_a_good_clip():
    problems = check(OURS, Library([COMMITTED]))
    assert [problem.sentence for problem in problems] == []


def test_asterisk_finds_every_clip_it_plays_itself():
    library = Library([COMMITTED])
    missing = [name for name, sound in SWITCH_SOUNDS.items() if not library.locate(sound)]
    assert missing == []


def test_the_manifest_knows_every_clip_and_no_other():
    clips = {manifest.sound_of(path) for path in COMMITTED.glob(f"*/*{manifest.SUFFIX}")}
    assert set(manifest.read(COMMITTED)) == clips


def test_rendering_again_would_change_nothing():
    pytest.importorskip("numpy")
    rendering = pytest.importorskip("prompts.render.render")
    kokoro = pytest.importorskip("prompts.render.kokoro")
    fetch = pytest.importorskip("prompts.render.fetch")
    voice = kokoro.Kokoro(fetch.VoiceFiles(COMMITTED, COMMITTED, COMMITTED))
    entries = manifest.read(COMMITTED)
    stale = [s.id for s in OURS if entries[s.id].made != rendering.fingerprint(s, voice)]
    assert stale == []


def test_the_audio_fits_into_the_repository():
    total = sum(path.stat().st_size for path in COMMITTED.rglob("*"))
    assert total < 12 * 2**20
