"""A sentence made comparable: simplified, half width, without fillers; every sign knows its place.

Nothing is looked up but single characters, so any text at all is read in time that grows with
its length, and no more than `MAX_READ` of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Final, Self

from attrs import frozen

MAX_READ: Final = 500  # characters; two minutes of speech
PAUSE: Final = "，"  # all punctuation, blanks and pictures
PLACE: Final = "\uf8ff"  # where a place was named; last of the private use area

_HANZI_FIRST, _HANZI_LAST = "㐀", "鿿"
_DIGITS: Final = "零一二三四五六七八九"


class Alphabet(str):
    """The sign that each character is compared as, at the place of its code; of most a `PAUSE`.

    Made for `str.translate`, which reads a sentence in a microsecond.
    """

    __slots__ = ()

    def __new__(cls, simplified: Mapping[str, str]) -> Self:
        others = [PAUSE] * (sys.maxunicode + 1)
        first, last = ord(_HANZI_FIRST), ord(_HANZI_LAST) + 1
        others[first:last] = map(chr, range(first, last))
        return super().__new__(cls, by_code(simplified, others))


def by_code(signs: Mapping[str, str], others: Iterable[str]) -> str:
    """A table for `str.translate`: what each character becomes, at its code; else one of `others`.

    A string is read faster than a dictionary: there are no numbers to compare, and the characters
    that people use lie close together.
    """
    table = list(others)
    for char, sign in signs.items():
        table[ord(char)] = sign
    return "".join(table)


@frozen
class Text:
    """Comparable signs and where each stands in the original."""

    original: str
    signs: str
    _plain: str  # the sign of every character, pauses not yet drawn together

    @property
    def at(self) -> tuple[int, ...]:
        """For each sign its index in the original."""
        plain = self._plain
        return tuple(
            index
            for index, sign in enumerate(plain)
            if sign != PAUSE or (index and plain[index - 1] != PAUSE)
        )

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where signs `start` to before `end` stand in the original."""
        at = self.at
        if start >= end or end > len(at):
            return (0, 0)
        return (at[start], at[end - 1] + 1)


def read(original: str, alphabet: Alphabet) -> Text:
    """One sign a letter, digit or character; pauses between them are one `PAUSE`."""
    plain = original[:MAX_READ].translate(alphabet)
    return Text(original, _drawn_together(plain) if PAUSE in plain else plain, plain)


def key(original: str, alphabet: Alphabet) -> str:
    """Equal for sentences that differ in nothing that is heard."""
    return original[:MAX_READ].translate(alphabet).replace(PAUSE, "")


def _drawn_together(plain: str) -> str:
    words = [word for word in plain.split(PAUSE) if word]
    if words and plain[-1] == PAUSE:
        words.append("")
    return PAUSE.join(words)


def ascii_signs() -> dict[str, str]:
    """Letters in lower case and digits as spoken, of both widths."""
    plain = {chr(code): chr(code).lower() for code in range(0x21, 0x7F) if chr(code).isalpha()}
    plain |= {str(digit): _DIGITS[digit] for digit in range(10)}
    wide = {chr(ord(char) + 0xFEE0): sign for char, sign in plain.items()}
    return {**plain, **wide, "幺": "一", "〇": "零"}
