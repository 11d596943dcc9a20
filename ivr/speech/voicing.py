"""Does a sound have the pitch of a voice? Second opinion where the detector hesitates.

Words of one syllable are short of what Silero wants to hear before it is sure.
"""

from __future__ import annotations

from array import array
from operator import mul
from typing import Final

_STEP: Final = 2  # every other sample: pitch is below 400 Hz
_SHORTEST: Final = 10  # periods in such samples: 400 Hz
_LONGEST: Final = 54  # 74 Hz


def clarity(window: bytes) -> float:
    """How much the sound repeats itself with a voice's pitch, 0..1; 32 ms of samples."""
    samples = array("h", window)[::_STEP].tolist()
    span = len(samples) - _LONGEST
    if span <= 0:
        return 0.0
    start = samples[:span]
    energy = sum(map(mul, start, start))
    best = 0.0
    for period in range(_SHORTEST, _LONGEST):
        later = samples[period : period + span]
        alike = sum(map(mul, start, later))
        if alike > 0:
            best = max(best, alike * alike / (energy * sum(map(mul, later, later)) + 1.0))
    return float(best**0.5)
