"""Lessons as they would sound in a call: quiet around them, and beside people or a noisy line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ivr.speech.engines.engine import Samples

HISS: Final = 2e-4  # of a quiet line
AROUND: Final = (800, 2400)  # samples before and after
UNDER: Final = (10.0, 20.0)  # decibel of the noise under the voice
TALKING: Final = 5  # others at a time
_BAND: Final = (250, 3400)  # Hz
_RATE: Final = 8000

Random = np.random.Generator


def quiet(sound: Samples, random: Random) -> Samples:
    """The clip on a line where nothing else is heard."""
    before, after = random.integers(*AROUND, size=2)
    around = np.pad(sound, (int(before), int(after)))
    return around + HISS * random.standard_normal(len(around), dtype=np.float32)


def disturbed(sound: Samples, others: Sequence[Samples], random: Random) -> Samples:
    """The clip beside some `others` who talk, or beside a noisy line."""
    heard = quiet(sound, random)
    noise = _people(len(heard), others, random) if random.random() < 0.5 else _line(heard, random)
    level = np.sqrt(np.mean(sound**2)) * 10 ** (-random.uniform(*UNDER) / 20)
    return heard + np.float32(level / (np.sqrt(np.mean(noise**2)) + 1e-9)) * noise


def _people(length: int, others: Sequence[Samples], random: Random) -> Samples:
    voices = [others[int(random.integers(len(others)))] for _ in range(TALKING)]
    talk = [np.resize(np.roll(one, int(random.integers(len(one)))), length) for one in voices]
    return np.asarray(np.sum(talk, axis=0), dtype=np.float32)


def _line(heard: Samples, random: Random) -> Samples:
    """Noise whose spectrum falls somewhat, from hiss to traffic."""
    spectrum = np.fft.rfft(random.standard_normal(len(heard)))
    hertz = np.fft.rfftfreq(len(heard), 1 / _RATE)
    inside = (hertz > _BAND[0]) & (hertz < _BAND[1])
    slope = np.where(inside, np.maximum(hertz, 1.0) ** -random.uniform(0.0, 0.8), 0.0)
    return np.asarray(np.fft.irfft(spectrum * slope, len(heard)), dtype=np.float32)
