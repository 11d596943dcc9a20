"""Sentences said with other words of much the same meaning, to be learned from as well.

A call for help is told in words that nobody wrote down before: 晕倒 where the examples say 昏倒.
A model that has met a sentence in several words leans on more of them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from ahocorasick_rs import AhoCorasick

WORDS: Final = Path(__file__).parent / "kindred.csv"
_CHANGED: Final = 0.4  # of the words of a sentence that have others like them


@cache
def kindred() -> Mapping[str, tuple[str, ...]]:
    """For each word those nearest in meaning, the nearest first."""
    with WORDS.open(encoding="utf-8", newline="") as rows:
        return {row["word"]: tuple(row["kindred"].split("|")) for row in csv.DictReader(rows)}


class Rewording:
    """Says a sentence in other words; the same `Random` chooses the same ones."""

    def __init__(self, words: Mapping[str, Sequence[str]], untouched: Iterable[str] = ()) -> None:
        """`words` with what may stand for each; `untouched` neither goes nor comes, nor a part."""
        choices = {word: tuple(words[word]) for word in words}
        left = dict.fromkeys(untouched, ())
        for word, others in choices.items():
            choices[word] = tuple(other for other in others if other not in left)
        choices.update(left)
        self._others = tuple(choices.values())
        self._matcher = AhoCorasick(list(choices))

    def reword(self, text: str, random: Random) -> str:
        """The sentence with at least one word changed; as it is when none can be."""
        found = list(self._words(text))
        if not found:
            return text
        changed = [each for each in found if random.random() < _CHANGED] or [random.choice(found)]
        for start, end, number in sorted(changed, reverse=True):
            text = text[:start] + random.choice(self._others[number]) + text[end:]
        return text

    def _words(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Start, end and number of words that do not overlap, long ones first."""
        taken = [False] * len(text)
        found = self._matcher.find_matches_as_indexes(text, overlapping=True)
        for number, start, end in sorted(found, key=lambda each: (each[1] - each[2], each[1])):
            if not any(taken[start:end]):
                taken[start:end] = [True] * (end - start)
                if self._others[number]:
                    yield start, end, number
