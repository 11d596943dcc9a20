"""The clips that nobody speaks: the beep, the pause, the music on hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, sosfiltfilt

from ivr.kernel.ids import SoundId
from prompts.alaw import RATE
from prompts.vocabulary import BEEP, MUSIC, PAUSE

Samples = npt.NDArray[np.float64]

SETTINGS: Final = "tones 1"  # another number makes every tone stale
BEEP_HERTZ: Final = 950.0
_A4: Final = 440.0
_BEAT: Final = 0.75  # s; 80 beats a minute, a resting pulse
_BAR: Final = 4  # beats

# Chords by their notes in semitones from A4 (F, Am, Dm7, C, each in a middle register),
# and over them a pentatonic melody, one note a beat; None is a rest.
_CHORDS: Final = ((-16, -12, -9), (-12, -9, -5), (-14, -10, -7), (-9, -5, -2))
_MELODY: Final = (
    (0, None, 3, 5), (8, None, 5, None), (3, None, 0, -2), (3, None, None, None),
    (5, None, 8, 10), (12, None, 8, None), (5, None, 3, 0), (3, None, None, None),
    (0, None, -4, 0), (3, None, 5, None), (0, None, -2, -4), (-2, None, None, None),
)  # fmt: skip


def beep() -> Samples:
    """A fifth of a second at 950 Hz: in the band of every line, in no DTMF or fax tone."""
    time = np.arange(round(0.2 * RATE)) / RATE
    return _eased(0.2 * np.sin(2 * np.pi * BEEP_HERTZ * time), 0.01)


def pause() -> Samples:
    return np.zeros(round(0.25 * RATE))


def music() -> Samples:
    """Thirty-six seconds that loop without a seam, soft enough to be spoken over."""
    length = round(len(_MELODY) * _BAR * _BEAT * RATE)
    score = np.zeros(length)
    for bar, melody in enumerate(_MELODY):
        for semitones in _CHORDS[bar % len(_CHORDS)]:
            _play(score, bar * _BAR, _note(semitones, beats=_BAR + 1, soft=True))
        for beat, note in enumerate(melody):
            if note is not None:
                _play(score, bar * _BAR + beat, _note(note, beats=2.5, soft=False))
    band = butter(2, (250.0, 3000.0), "bandpass", fs=RATE, output="sos")
    around = np.asarray(sosfiltfilt(band, np.tile(score, 3)))[length : 2 * length]
    return np.asarray(around / np.abs(around).max() * 10 ** (-9 / 20))


TONES: Final[Mapping[SoundId, Callable[[], Samples]]] = {
    BEEP.id: beep,
    PAUSE.id: pause,
    MUSIC.id: music,
}
"""By id, what makes it."""


def _note(semitones: int, *, beats: float, soft: bool) -> Samples:
    """A struck string: partials that fade the faster the higher they are."""
    time = np.arange(round(beats * _BEAT * RATE)) / RATE
    pitch = _A4 * 2 ** (semitones / 12)
    sound = np.zeros_like(time)
    for partial in range(1, 6):
        fade = np.exp(-time * (0.7 + 0.8 * partial))
        sound += np.sin(2 * np.pi * pitch * partial * time) * fade / partial**1.8
    rise = 0.15 if soft else 0.015
    return _eased(sound * (0.25 if soft else 0.5), rise)


def _play(score: Samples, beat: float, sound: Samples) -> None:
    """Add it at this beat; what rings past the end rings into the beginning."""
    start = round(beat * _BEAT * RATE)
    where = np.arange(start, start + len(sound)) % len(score)
    np.add.at(score, where, sound)


def _eased(sound: Samples, rise: float) -> Samples:
    edge = round(rise * RATE)
    ramp = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, edge))
    eased = sound.copy()
    eased[:edge] *= ramp
    eased[-edge:] *= ramp[::-1]
    return eased
