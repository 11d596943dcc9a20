"""How a character sounds to a recogniser: a syllable without tone, close ones being the same.

A syllable is written as one character of the private use area, so a sentence and its sound have
the same length and whatever is looked for in one can be looked for in the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from typing import Final

from attrs import frozen

from routing.text import by_code

FIRST_SYLLABLE: Final = 0xE000  # start of the private use area; it has room for 6,400

# Order matters: a rule sees what the ones above it left.
_CONFUSED: Final = (
    (r"^zh", "z"),
    (r"^ch", "c"),
    (r"^sh", "s"),
    (r"^[lr]", "n"),
    (r"^fong$|^feng$", "hong"),
    (r"^f(?=u$)", "h"),
    (r"^f", "hu"),
    (r"^hue", "hu"),  # fei, fen beside hui, hun
    (r"(?<=[aei])ng$", "n"),
    (r"uai$", "uan"),
)
_RULES: Final = tuple((re.compile(pattern), to) for pattern, to in _CONFUSED)


@cache
def folded(syllable: str) -> str:
    """The syllable that stands for all that are mistaken for this one: zhang -> zan."""
    for pattern, to in _RULES:
        syllable = pattern.sub(to, syllable)
    return syllable


@frozen
class SoundTable:
    """The sound of every character, and of a few pairs in which it sounds otherwise.

    `pairs` maps two neighbours to the sounds of both: 着火 is zhao huo though 着 alone is zhe.
    """

    singles: Mapping[str, str]
    pairs: Mapping[str, str]

    def of(self, text: str) -> str:
        """The sound, as long as the text; what has none stands for itself."""
        sound = text.translate(self._signs)
        for found in self._neighbours(text):
            start = found.start()
            pair = self.pairs.get(text[start : start + 2])
            if pair:
                sound = sound[:start] + pair + sound[start + 2 :]
        return sound

    @cached_property
    def _signs(self) -> str:
        """The sound of each character, at its code; `translate` leaves those beyond."""
        return by_code(self.singles, map(chr, range(max(map(ord, self.singles), default=-1) + 1)))

    @cached_property
    def _neighbours(self) -> Callable[[str], Iterable[re.Match[str]]]:
        """Finds where a pair may be: first characters of pairs before second ones."""
        if not self.pairs:
            return lambda _text: ()
        of = zip(*self.pairs, strict=True)
        first, second = ("".join(map(re.escape, dict.fromkeys(signs))) for signs in of)
        return re.compile(f"[{first}](?=[{second}])").finditer


_INITIAL: Final = re.compile("[bpmfdtnlgkhjqxzcsryw]?")


def parts_of(syllable: str) -> tuple[str, str]:
    """Initial and final: ("z", "an"); either may be empty."""
    found = _INITIAL.match(syllable)
    cut = found.end() if found else 0
    return syllable[:cut], syllable[cut:]
