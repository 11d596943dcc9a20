"""The fallback voice is found where it is, and says why when it can not speak."""

import os
import struct

import pytest

pytest.importorskip("numpy")
fallback = pytest.importorskip("prompts.render.fallback")
fetch = pytest.importorskip("prompts.render.fetch")
rendering = pytest.importorskip("prompts.render.render")

WAV = (
    b"RIFF\xff\xff\xff\x7fWAVEfmt "
    + struct.pack("<IHHIIHH", 16, 1, 1, 22050, 44100, 2, 16)
    + b"data\xff\xff\xff\x7f"
)


def fake_espeak(root, script):
    program = root / "usr" / "bin" / "espeak-ng"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    library = root / "usr" / "lib" / "libespeak-ng.so.1"
    (root / "usr" / "lib" / "espeak-ng-data").mkdir(parents=True)
    library.write_bytes(b"")
    return root


def test_nothing_to_speak_with_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(fetch.VoiceMissing, match="unpack its packages into"):
        fallback.Espeak.found(tmp_path)


def test_an_unpacked_espeak_gets_its_own_libraries_and_data(tmp_path, monkeypatch):
    header = tmp_path / "header.wav"
    header.write_bytes(WAV + struct.pack("<3h", 1, -2, 16384))
    script = (
        f'[ -d "$ESPEAK_DATA_PATH" ] && [ -f "$LD_LIBRARY_PATH/libespeak-ng.so.1" ] && cat {header}'
    )
    root = fake_espeak(tmp_path / "tree", script)
    monkeypatch.setattr(fallback.shutil, "which", lambda _name: None)
    speech = fallback.Espeak.found(root).speak("您好")
    assert speech.rate == 22050
    assert [round(x * 32768) for x in speech.samples] == [1, -2, 16384]


@pytest.mark.parametrize("script", ["exit 1", "true"])
def test_an_espeak_that_fails_is_no_speech(tmp_path, monkeypatch, script):
    root = fake_espeak(tmp_path / "tree", script)
    monkeypatch.setattr(fallback.shutil, "which", lambda _name: None)
    with pytest.raises(rendering.CanNotSpeak):
        fallback.Espeak.found(root).speak("您好")


def test_a_real_espeak_speaks_mandarin():
    telephone = pytest.importorskip("prompts.render.telephone")
    try:
        voice = fallback.Espeak.found()
    except fetch.VoiceMissing as why:
        pytest.skip(str(why))
    assert 0.8 < len(telephone.for_telephone(voice.speak("供水报修"))) / 8000 < 4
    assert os.access(voice.program, os.X_OK)
