"""How far two texts are apart by ear, tones aside: 一包卡 is near 医保卡."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from pypinyin import Style, lazy_pinyin

_INITIAL: Final = re.compile(r"^(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(.*)$")
_NEAR: Final = 0.25  # sounds that telephone, dialect and recogniser mistake for one another
_KIN: Final = 0.5  # sounds that share their manner
_GAP: Final = 0.8  # a syllable too many or too few

_NEAR_INITIALS: Final = ("zh z", "ch c", "sh s", "n l", "r l", "f h", "j zh", "q ch", "x sh", "w h")
_KIN_INITIALS: Final = ("b p", "d t", "g k", "j q x", "z c s", "zh ch sh", "m n", "b d g", "p t k")
_NEAR_FINALS: Final = (
    *("an ang", "en eng", "in ing", "ian iang", "uan uang", "un ong", "ong eng", "e o uo"),
    *("ai ei", "ao ou", "i ui", "ei ui", "iu ou", "ie ian", "ue uan", "ai an", "u v"),
)
_KIN_FINALS: Final = ("a ia ua", "an ian uan", "ao iao", "i ie in ing", "u uo ou", "i ei e")


def syllables(text: str) -> tuple[str, ...]:
    """Toneless syllables of the characters; everything else is left out."""
    hanzi = "".join(sign for sign in text if "\u4e00" <= sign <= "\u9fff")
    return tuple(lazy_pinyin(hanzi, style=Style.NORMAL, v_to_u=False))


def distance(one: tuple[str, ...], two: tuple[str, ...]) -> float:
    """0 for the same syllables, 1 for nothing in common."""
    longest = max(len(one), len(two))
    if not longest:
        return 0.0
    row = [at * _GAP for at in range(len(two) + 1)]
    for syllable in one:
        left = row[0] + _GAP
        fresh = [left]
        for at, other in enumerate(two):
            left = min(left + _GAP, row[at + 1] + _GAP, row[at] + apart(syllable, other))
            fresh.append(left)
        row = fresh
    return min(1.0, row[-1] / longest)


@cache
def apart(one: str, two: str) -> float:
    """Between two syllables, 0 to 1."""
    if one == two:
        return 0.0
    (first, rest), (other, other_rest) = _split(one), _split(two)
    begin = _cost(first, other, _NEAR_INITIALS, _KIN_INITIALS)
    end = _cost(rest, other_rest, _NEAR_FINALS, _KIN_FINALS)
    return min(1.0, 0.45 * begin + 0.65 * end)


def _split(syllable: str) -> tuple[str, str]:
    """Initial and final; y and w are how a missing initial is written."""
    found = _INITIAL.match(syllable)
    first, rest = (found[1] or "", found[2]) if found else ("", syllable)
    if first == "y":
        return "", rest if rest.startswith(("i", "u", "v")) else f"i{rest}"
    if first == "w":
        return "", rest if rest == "u" else f"u{rest}"
    return first, rest


def _cost(one: str, two: str, near: tuple[str, ...], kin: tuple[str, ...]) -> float:
    if one == two:
        return 0.0
    if (one, two) in _pairs(near):
        return _NEAR
    return _KIN if (one, two) in _pairs(kin) else 1.0


@cache
def _pairs(groups: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    members = [group.split() for group in groups]
    return frozenset((one, two) for group in members for one in group for two in group)
