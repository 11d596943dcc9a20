"""Is this sound a telephone's key? Two pure tones and nothing else; no voice has that.

Keys reach a call as digits; their sound, where a line carries it as well, must not count as
speech. Frequencies are those of ITU-T Q.23.
"""

from __future__ import annotations

from array import array
from math import cos, pi, sin
from operator import mul
from typing import Final

from ivr.speech.recogniser import RATE

LOW: Final = (697, 770, 852, 941)  # Hz
HIGH: Final = (1209, 1336, 1477, 1633)
PURE: Final = 0.6  # of the power of a frame is in the two tones
FAINTER: Final = 0.1  # of the power is at least in the fainter of them; lines twist by 6 dB
SPAN: Final = 160  # samples: a frame of 20 ms tells tones 50 Hz apart

_Wave = tuple[tuple[float, ...], tuple[float, ...]]


def _wave(hertz: int) -> _Wave:
    turn = 2 * pi * hertz / RATE
    return tuple(cos(turn * at) for at in range(SPAN)), tuple(sin(turn * at) for at in range(SPAN))


_LOW: Final = tuple(map(_wave, LOW))
_HIGH: Final = tuple(map(_wave, HIGH))


def is_key(frame: bytes) -> bool:
    """Whether a frame of 16-bit samples at 8 kHz is a key's sound from end to end."""
    samples = array("h", frame).tolist()
    power: int = sum(map(mul, samples, samples))
    if len(samples) != SPAN or not power:
        return False
    low = _strongest(samples, _LOW) / power
    if low < FAINTER:
        return False
    high = _strongest(samples, _HIGH) / power
    return high >= FAINTER and low + high >= PURE


def _strongest(samples: list[int], waves: tuple[_Wave, ...]) -> float:
    return max(_power(samples, wave) for wave in waves)


def _power(samples: list[int], wave: _Wave) -> float:
    """Of the tone, in the units of the samples' own power."""
    real, imaginary = (sum(map(mul, samples, part)) for part in wave)
    return float(2 * (real * real + imaginary * imaginary) / SPAN)
