"""The fallback voice is found where it is, and says why when it can not speak."""

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


def fake_espeak(folder, script):
    program = folder / "espeak-ng"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    return fallback.Espeak(program)


def test_nothing_to_speak_with_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(fallback.sys, "executable", str(tmp_path / "python"))
    with pytest.raises(fetch.VoiceMissing, match="install it"):
        fallback.Espeak.found()


def test_the_launcher_beside_python_is_found(tmp_path, monkeypatch):
    launcher = fake_espeak(tmp_path, "true").program
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    monkeypatch.setattr(fallback.sys, "executable", str(tmp_path / "python"))
    assert fallback.Espeak.found().program == launcher


def test_the_text_goes_in_and_the_samples_behind_the_header_come_out(tmp_path):
    answer, heard = tmp_path / "answer.wav", tmp_path / "heard.txt"
    answer.write_bytes(WAV + struct.pack("<3h", 1, -2, 16384))
    speech = fake_espeak(tmp_path, f"cat > {heard}; cat {answer}").speak("请拨114; rm -rf $HOME")
    assert speech.rate == 22050
    assert [round(x * 32768) for x in speech.samples] == [1, -2, 16384]
    assert heard.read_text("utf-8") == "请拨幺幺四; rm -rf $HOME"


@pytest.mark.parametrize("script", ["exit 1", "true"])
def test_an_espeak_that_fails_is_no_speech(tmp_path, script):
    with pytest.raises(rendering.CanNotSpeak):
        fake_espeak(tmp_path, f"cat >/dev/null; {script}").speak("您好")


def test_a_real_espeak_speaks_mandarin():
    telephone = pytest.importorskip("prompts.render.telephone")
    try:
        voice = fallback.Espeak.found()
    except fetch.VoiceMissing as why:
        pytest.skip(str(why))
    assert 0.8 < len(telephone.for_telephone(voice.speak("供水报修"))) / 8000 < 4
