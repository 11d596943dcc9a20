"""Numbers of persons in what somebody said: what all editors read must hold none.

Long numbers are found however they are written: telephone numbers, identity and bank cards.
Names and addresses look like any other word; whoever writes a sentence down is asked to leave
them out.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

FEWEST: Final = 7  # digits; a local telephone number has seven, hotlines have three to six
MASK: Final = "＊＊＊"

_DIGIT: Final = r"[\d〇零一二三四五六七八九幺]"
_BETWEEN: Final = r"[\s\-－—_.,，、·()（）+]{0,3}"
_NUMBER: Final = re.compile(rf"{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{{FEWEST - 1},}}[xX]?")
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+\.\w+", re.ASCII)


def has_numbers(text: str) -> bool:
    """Whether there is a number, or a mail address, that may be somebody's."""
    plain = _plain(text)
    return bool(_NUMBER.search(plain) or _ADDRESS.search(plain))


def without_numbers(text: str) -> str:
    """The text with each such number masked whole, and otherwise as it is."""
    plain, kept, end = _plain(text), [], 0
    for start, stop in _merged(plain):
        kept += [text[end:start], MASK]
        end = stop
    return "".join((*kept, text[end:]))


def _merged(plain: str) -> list[tuple[int, int]]:
    """Where they stand, in order and without overlaps."""
    spans = sorted(found.span() for each in (_NUMBER, _ADDRESS) for found in each.finditer(plain))
    merged: list[tuple[int, int]] = []
    for start, stop in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def _plain(text: str) -> str:
    """Sign by sign: digits of any script and width as digits, what nobody sees as a blank."""
    return "".join(map(_sign, text))


def _sign(sign: str) -> str:
    if unicodedata.category(sign) == "Cf":
        return " "
    known = unicodedata.normalize("NFKC", sign)
    return known if len(known) == 1 else sign
