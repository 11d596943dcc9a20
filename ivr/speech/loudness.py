"""How loud a frame is, without a numerical library: this runs for every caller on the loop."""

from __future__ import annotations

from array import array
from math import log10
from typing import Final

FULL: Final = 32768.0
SILENT: Final = -90.0  # dBFS; quieter than any line
_EVERY: Final = 2  # every other sample is enough to tell loudness


def decibels(frame: bytes) -> float:
    """RMS in dB under full scale, at least `SILENT`. `frame` is 16-bit samples."""
    samples = array("h", frame)[::_EVERY]
    if not samples:
        return SILENT
    power = sum([sample * sample for sample in samples]) / len(samples)
    return max(SILENT, 10 * log10(power / (FULL * FULL) + 1e-9))


class NoiseFloor:
    """The level of the line while nobody speaks: falls at once, rises slowly."""

    RISE: Final = 0.03  # dB a frame: 1.5 dB a second, so that a sentence does not lift it
    USUAL: Final = -60.0

    def __init__(self) -> None:
        self.level = self.USUAL
        self._settled = 0

    def hear(self, level: float) -> None:
        if level <= SILENT:
            return  # made-up silence tells nothing of the line
        self.level = min(level, self.level + self.RISE)
