"""Character tables, made once when a table is compiled and carried inside the compiled router.

pypinyin and OpenCC are asked here and nowhere else; a call never waits for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import opencc
from pypinyin import Style, lazy_pinyin

from routing.sound import FIRST_SYLLABLE, SoundTable, folded
from routing.text import ascii_signs

_FIRST, _LAST = 0x4E00, 0x9FFF
_NEUTRAL: Final = frozenset("了的得地")  # their other readings are rarer than mistakes about them
_SIMPLER: Final = "TSCharacters.txt"


def simplified() -> dict[str, str]:
    """Traditional characters, both widths, digits: each with the sign it is compared as."""
    path = Path(opencc.__file__).parent / "dictionary" / _SIMPLER
    pairs = (line.split() for line in path.read_text("utf-8").splitlines() if line.strip())
    simple = {pair[0]: pair[1] for pair in pairs if len(pair[1]) == 1}
    return {**simple, **ascii_signs()}


@cache
def _syllables() -> dict[str, str]:
    hanzi = [chr(code) for code in range(_FIRST, _LAST + 1)]
    return {char: spoken for char in hanzi if (spoken := _spoken(char)[0]) != char}


def _spoken(text: str) -> list[str]:
    return lazy_pinyin(text, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]


def syllable_names() -> dict[str, str]:
    """How each sound sign is spelled: the folded syllables in the order of the alphabet."""
    names = sorted({folded(syllable) for syllable in _syllables().values()})
    return {chr(FIRST_SYLLABLE + number): name for number, name in enumerate(names)}


def sound_table(sentences: Iterable[str]) -> SoundTable:
    """Sounds of all characters; `sentences` show which change their sound beside others."""
    signs = {name: sign for sign, name in syllable_names().items()}
    singles = {char: signs[folded(syllable)] for char, syllable in _syllables().items()}
    pairs = dict(sorted(set(_pairs(dict.fromkeys(sentences), singles, signs))))
    return SoundTable(singles, pairs)


def _pairs(
    sentences: Iterable[str], singles: Mapping[str, str], signs: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    for sentence in sentences:
        spoken = _spoken(sentence)
        if len(spoken) != len(sentence):
            continue
        heard = [
            signs.get(folded(syllable), singles.get(char, char))  # 谁 is shei, as nothing else is
            for syllable, char in zip(spoken, sentence, strict=True)
        ]
        for start in range(len(sentence) - 1):
            pair, sound = sentence[start : start + 2], "".join(heard[start : start + 2])
            if _NEUTRAL.isdisjoint(pair) and _changes(pair, sound, singles):
                yield pair, sound


def _changes(pair: str, sound: str, singles: Mapping[str, str]) -> bool:
    return all(char in singles for char in pair) and sound != "".join(
        singles[char] for char in pair
    )
