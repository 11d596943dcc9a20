"""The sounds that Mandarin syllables are made of: initials and finals, tones aside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from ivr.speech.sounds import syllables

BLANK: Final = 0  # between sounds, and silence
_INITIALS: Final = "b p m f d t n l g k h j q x zh ch sh r z c s"
_FINALS: Final = (
    "a o e ai ei ao ou an en ang eng er i ii iii ia ie iao iu ian in iang ing iong"
    " u ua uo uai ui uan un uang ong ueng v ve van vn io"
)
UNITS: Final = ("", *f"{_INITIALS} {_FINALS}".split())
_INDEX: Final[Mapping[str, int]] = {unit: place for place, unit in enumerate(UNITS)}
_SYLLABLE: Final = re.compile(r"^(zh|ch|sh|[bpmfdtnlgkhjqxrzcs])?(.+)$")
_BEFORE_V: Final = frozenset("jqx")  # their u is ü
# The i after a sibilant is another sound than that of 一.
_SIBILANT_I: Final = dict.fromkeys(("z", "c", "s"), "ii") | dict.fromkeys(
    ("zh", "ch", "sh", "r"), "iii"
)
_CONTRACTED: Final = {"iou": "iu", "uei": "ui", "uen": "un", "ue": "ve"}


def units_of(text: str) -> tuple[int, ...]:
    """Places in `UNITS` of the characters' sounds, in order; other signs have none."""
    return tuple(unit for syllable in syllables(text) for unit in _of_syllable(syllable))


@cache
def _of_syllable(syllable: str) -> tuple[int, ...]:
    found = _SYLLABLE.match(syllable)
    if not found or syllable in ("n", "ng", "m", "hm"):
        return (_INDEX["en"],)
    initial, final = found[1] or "", _final(found[1] or "", found[2])
    return tuple(_INDEX[unit] for unit in (initial, final) if unit in _INDEX and unit)


def _final(initial: str, written: str) -> str:
    """As it sounds: y and w are how a missing initial is written."""
    if not initial and written[0] in "yw":
        written = _uncovered(written[0], written[1:])
    elif initial in _BEFORE_V and written.startswith("u"):
        written = f"v{written[1:]}"
    elif written == "i":
        written = _SIBILANT_I.get(initial, "i")
    return _CONTRACTED.get(written, written)


def _uncovered(cover: str, rest: str) -> str:
    if cover == "w":
        return rest if rest.startswith("u") else f"u{rest}"
    if rest.startswith("u"):
        return f"v{rest[1:]}"
    return rest if rest.startswith("i") else f"i{rest}"
