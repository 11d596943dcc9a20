"""Rendering does what is needed and nothing else, and survives what goes wrong."""

import pytest

from ivr.kernel.sound import Sound
from prompts import manifest
from prompts.check import check
from prompts.sound_library import Library
from prompts.vocabulary import BEEP, MUSIC, PAUSE

np = pytest.importorskip("numpy")
rendering = pytest.importorskip("prompts.render.render")
telephone = pytest.importorskip("prompts.render.telephone")
tones = pytest.importorskip("prompts.render.tones")

ONE = Sound("number.1", "一")
TWO = Sound("number.2", "二")


class Whistler:
    """A voice that whistles a quarter of a second for each character."""

    def __init__(self, name="whistler"):
        self.name = name
        self.spoken = []

    def speak(self, text):
        if text == "?":
            raise rendering.CanNotSpeak("not a word")
        self.spoken.append(text)
        time = np.arange(6000 * len(text)) / 24_000
        return telephone.Speech(0.3 * np.sin(2 * np.pi * 600 * time), 24_000)


def test_what_was_rendered_passes_the_check(tmp_path):
    wanted = [ONE, TWO, PAUSE, BEEP, MUSIC]
    report = rendering.render(wanted, tmp_path, Whistler())
    assert report.rendered == tuple(sound.id for sound in wanted)
    assert check(wanted, Library([tmp_path])) == ()


def test_the_second_time_nothing_is_rendered(tmp_path):
    rendering.render([ONE, TWO], tmp_path, Whistler())
    voice = Whistler()
    report = rendering.render([ONE, TWO], tmp_path, voice)
    assert (report.rendered, report.kept, voice.spoken) == ((), 2, [])


def test_only_a_changed_text_is_rendered_again(tmp_path):
    rendering.render([ONE, TWO], tmp_path, Whistler())
    voice = Whistler()
    rendering.render([ONE, Sound(TWO.id, "两")], tmp_path, voice)
    assert voice.spoken == ["两"]
    assert manifest.read(tmp_path)[TWO.id].text == "两"


def test_another_voice_renders_speech_again_but_no_tone(tmp_path):
    rendering.render([ONE, BEEP], tmp_path, Whistler())
    report = rendering.render([ONE, BEEP], tmp_path, Whistler("other"))
    assert report.rendered == (ONE.id,)


def test_a_deleted_clip_is_rendered_again(tmp_path):
    rendering.render([ONE], tmp_path, Whistler())
    (tmp_path / "number" / "1.alaw").unlink()
    assert rendering.render([ONE], tmp_path, Whistler()).rendered == (ONE.id,)


def test_clips_that_are_not_wanted_stay(tmp_path):
    rendering.render([ONE], tmp_path, Whistler())
    rendering.render([TWO], tmp_path, Whistler())
    assert set(manifest.read(tmp_path)) == {ONE.id, TWO.id}


def test_a_text_that_can_not_be_spoken_is_reported_and_the_others_are_made(tmp_path):
    wanted = [Sound("bad", "?"), Sound("../bad", "一"), TWO]
    report = rendering.render(wanted, tmp_path, Whistler())
    assert [sound for sound, _ in report.failed] == ["bad", "../bad"]
    assert report.rendered == (TWO.id,)


def test_an_interruption_keeps_what_is_done(tmp_path):
    def interrupt(line):
        if "number.2" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rendering.render([ONE, TWO], tmp_path, Whistler(), tell=interrupt)
    assert rendering.render([ONE, TWO], tmp_path, Whistler()).rendered == ()


def test_music_on_hold_loops_without_a_click_and_stays_soft():
    music = tones.music()
    assert 30 <= len(music) / 8000 <= 60
    assert abs(music[0] - music[-1]) < 0.02
    assert np.abs(music).max() <= 0.36


def test_the_beep_is_heard_and_short():
    beep = tones.beep()
    assert len(beep) == 1600
    assert np.argmax(np.abs(np.fft.rfft(beep))) * 5 == pytest.approx(950, abs=5)
