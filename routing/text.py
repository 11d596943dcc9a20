"""A sentence made comparable: simplified, half width, without fillers; every sign knows its place.

Nothing is looked up but single characters, so any text at all is read in time that grows with
its length, and no more than `MAX_READ` of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

MAX_READ: Final = 500  # characters; two minutes of speech
PAUSE: Final = "，"  # all punctuation, blanks and pictures
PLACE: Final = "\uf8ff"  # where a place was named; last of the private use area

_HANZI_FIRST, _HANZI_LAST = "㐀", "鿿"
_DIGITS: Final = "零一二三四五六七八九"


@frozen
class Text:
    """Comparable signs and, for each, its index in the original."""

    original: str
    signs: str
    at: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where signs `start` to before `end` stand in the original."""
        if start >= end or end > len(self.at):
            return (0, 0)
        return (self.at[start], self.at[end - 1] + 1)


def read(original: str, simplified: Mapping[str, str]) -> Text:
    """One sign a letter, digit or character; pauses between them are one `PAUSE`."""
    signs: list[str] = []
    at: list[int] = []
    for index, char in enumerate(original[:MAX_READ]):
        sign = simplified.get(char) or _sign(char)
        if sign == PAUSE and (not signs or signs[-1] == PAUSE):
            continue
        signs.append(sign)
        at.append(index)
    return Text(original, "".join(signs), tuple(at))


def ascii_signs() -> dict[str, str]:
    """Letters in lower case and digits as spoken, of both widths."""
    plain = {chr(code): chr(code).lower() for code in range(0x21, 0x7F) if chr(code).isalpha()}
    plain |= {str(digit): _DIGITS[digit] for digit in range(10)}
    wide = {chr(ord(char) + 0xFEE0): sign for char, sign in plain.items()}
    return {**plain, **wide, "幺": "一", "〇": "零"}


def _sign(char: str) -> str:
    return char if _HANZI_FIRST <= char <= _HANZI_LAST else PAUSE
