"""Sentences as a recogniser spoils them: homophones, slips of a syllable, words left out.

Recognisers write 杨老金 for 养老金. A model that has met such sentences leans on their sound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from random import Random
from typing import Final

from routing.sound import SoundTable, parts_of

_COMMON: Final = range(0xB0, 0xD8)  # first bytes of the 3,755 common characters of GB 2312
_SLIP: Final = 0.3  # of the characters that change, those whose syllable changes too
_LOST: Final = 0.03
_RATES: Final = (0.1, 0.2, 0.35)  # of characters that change, from a good line to a bad one


class Garbler:
    """Makes the mistakes of a recogniser; the same `Random` makes the same ones."""

    def __init__(self, sounds: SoundTable, names: Mapping[str, str]) -> None:
        """`names` tells how each sound sign is spelled."""
        self._sounds = sounds.singles
        self._alike = _by_sound(sounds)
        known = {sign: parts_of(name) for sign, name in names.items() if sign in self._alike}
        self._near = {sign: _near(sign, known) for sign in known}

    def garble(self, text: str, random: Random) -> str:
        rate = random.choice(_RATES)
        return "".join(
            self._heard(char, random) if random.random() < rate else char for char in text
        )

    def _heard(self, char: str, random: Random) -> str:
        sound = self._sounds.get(char)
        if sound not in self._alike:
            return char
        if random.random() < _LOST:
            return ""
        if random.random() < _SLIP and self._near.get(sound):
            sound = random.choice(self._near[sound])
        return random.choice(self._alike[sound])


def _by_sound(sounds: SoundTable) -> dict[str, list[str]]:
    alike: dict[str, list[str]] = defaultdict(list)
    for first in _COMMON:
        for second in range(0xA1, 0xFF):
            char = bytes((first, second)).decode("gb2312", "ignore")
            if char in sounds.singles:
                alike[sounds.singles[char]].append(char)
    return dict(alike)


def _near(sign: str, known: Mapping[str, tuple[str, str]]) -> list[str]:
    """Syllables with the same beginning or the same end."""
    begins, ends = known[sign]
    return [
        other
        for other, (begin, end) in known.items()
        if other != sign and (begin == begins or end == ends)
    ]
