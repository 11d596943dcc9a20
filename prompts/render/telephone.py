"""From studio audio to the telephone's: band, length and loudness of every clip alike.

A caller hears clips one after another, from different texts and perhaps different voices;
what makes them one voice on the line is that all pass through here.
"""

from __future__ import annotations

from math import gcd
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen
from scipy.signal import butter, resample_poly, sosfiltfilt

from prompts.alaw import RATE

Samples = npt.NDArray[np.float64]

LOWEST: Final = 300.0  # Hz; with HIGHEST the band of a telephone line (ITU-T G.712)
HIGHEST: Final = 3400.0
LEVEL: Final = -20.0  # dBFS RMS of the frames in which somebody speaks
CEILING: Final = -3.2  # dBFS; A-law's coarse steps near the top may add 0.2 dB
FRAME: Final = RATE // 100  # 10 ms
FLOOR: Final = -38.0  # dB under the loudest frame: below it nobody speaks
HEAD: Final = 0.06  # s of silence kept before the first sound, so that no consonant is cut
TAIL: Final = 0.15  # s kept after the last, so that clips in a row do not stumble
EDGE: Final = 0.008  # s of fade at both ends: a clip never starts or ends with a click
SETTINGS: Final = f"{LOWEST}-{HIGHEST}Hz {LEVEL}dB<{CEILING}dB {HEAD}+{TAIL}s {FLOOR}"
"""Everything above as one word: another value makes every clip stale."""


@frozen(eq=False)
class Speech:
    """What a voice says: samples -1..1 at `rate` a second."""

    samples: Samples
    rate: int


def for_telephone(speech: Speech) -> Samples:
    """The clip at 8 kHz, band-limited, trimmed and levelled.

    Raises `ValueError` when nothing audible was said.
    """
    down = gcd(RATE, speech.rate)
    narrow = resample_poly(speech.samples, RATE // down, speech.rate // down)
    return _faded(levelled(trimmed(_banded(narrow))))


def loudness(samples: Samples) -> Samples:
    """RMS of each 10 ms frame in dBFS; the odd end is left out."""
    whole = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    return np.asarray(10 * np.log10(np.mean(whole**2, axis=1) + 1e-12))


def trimmed(samples: Samples) -> Samples:
    """From `HEAD` before the first audible frame to `TAIL` after the last, padded if need be."""
    spoken = np.flatnonzero(_audible(samples))
    first, last = spoken[0] * FRAME, (spoken[-1] + 1) * FRAME
    head, tail = round(HEAD * RATE), round(TAIL * RATE)
    padded = np.pad(samples, (head, tail))
    return padded[first : last + head + tail]


def levelled(samples: Samples) -> Samples:
    """Active speech at `LEVEL`; peaks that would then pass `CEILING` are held back softly."""
    audible = loudness(samples)[_audible(samples)]
    active = 10 * np.log10(np.mean(10 ** (audible / 10)))
    return _held(samples * 10 ** ((LEVEL - active) / 20))


def _banded(samples: Samples) -> Samples:
    band = butter(4, (LOWEST, HIGHEST), "bandpass", fs=RATE, output="sos")
    return np.asarray(sosfiltfilt(band, samples))


def _audible(samples: Samples) -> npt.NDArray[np.bool_]:
    levels = loudness(samples)
    if levels.size == 0 or levels.max() < -60:
        raise ValueError("nothing audible")
    return np.asarray(levels > max(levels.max() + FLOOR, -60.0))


def _held(samples: Samples) -> Samples:
    """Round peaks over the knee so that none passes the ceiling; the rest is untouched."""
    ceiling = 10 ** (CEILING / 20)
    knee = ceiling * 0.7
    over = np.maximum(np.abs(samples) - knee, 0.0)
    room = ceiling - knee
    rounded = np.sign(samples) * (knee + room * np.tanh(over / room))
    return np.where(over > 0, rounded, samples)


def _faded(samples: Samples) -> Samples:
    edge = round(EDGE * RATE)
    ramp = np.linspace(0.0, 1.0, edge)
    shaped = samples.copy()
    shaped[:edge] *= ramp
    shaped[-edge:] *= ramp[::-1]
    return shaped
