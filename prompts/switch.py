"""Clips that Asterisk itself plays, by the names it looks for under ``sounds/zh``.

Observed on Asterisk 22 with CHANNEL(language)=zh: SayNumber and the queue's position use
``digits/0``-``9``, ``10``, ``20``-``90``, ``hundred``, ``thousand`` and ``wan`` (12345 is
``1 wan 2 thousand 3 hundred 40 5``, 112 is ``1 hundred 10 2``, 105 is ``1 hundred 0 5``).
A missing one is a warning in its log and a gap for the caller. Deployment links each name
to the clip; the texts around the number are set in queues.conf to clips of the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.kernel.sound import Sound
from prompts.vocabulary import BAI, BEEP, QIAN, WAN, small

_NUMBERS: Final = (*range(11), *range(20, 100, 10))

SWITCH_SOUNDS: Final[Mapping[str, Sound]] = {
    "beep": BEEP,
    **{f"digits/{number}": small(number) for number in _NUMBERS},
    "digits/hundred": BAI,
    "digits/thousand": QIAN,
    "digits/wan": WAN,
}
"""Asterisk's name, without suffix, and the clip that belongs there."""
