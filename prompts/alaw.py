"""G.711 A-law as the telephone carries it: what each of the 256 codes is worth.

Pure Python on purpose: checking audio must work on a switch that has no numpy.
"""

from __future__ import annotations

from typing import Final

RATE: Final = 8000  # samples, and with A-law also bytes, a second
FULL_SCALE: Final = 32768
_TOGGLED: Final = 0x55  # G.711 sends every other bit inverted


def _worth(code: int) -> int:
    """The 16-bit sample of one code (ITU-T G.711, table 1a, scaled by 8)."""
    bits = code ^ _TOGGLED
    segment, step = (bits >> 4) & 0x07, bits & 0x0F
    middle = (step << 4) + 8
    if segment:
        middle = (middle + 0x100) << (segment - 1)
    return middle if bits & 0x80 else -middle


LINEAR: Final = tuple(_worth(code) for code in range(256))
"""Sample of each code, -32256..32256; A-law has no zero, silence is +-8."""

SILENCE: Final = 0xD5
"""The code of the smallest positive sample."""
