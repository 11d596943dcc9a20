"""From what was heard to numbers: hashed n-grams of signs and sound, and a few that are counted.

An n-gram is known by 64 bits, so a vocabulary is a sorted array and no strings are made on a call.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from routing.hearing import Heard
from routing.lexicon import MAX_WEIGHT, PhraseKind
from routing.wordings import BETWEEN, How

Hashes = npt.NDArray[np.uint64]
Indices = npt.NDArray[np.int32]
Values = npt.NDArray[np.float32]

# Arrays without dimensions: numpy takes twice as long over a number of its own scalar types.
_SPREAD: Final = np.array(0x9E3779B97F4A7C15, np.uint64)  # 2**64 over the golden ratio
_STEP: Final = np.array(0xD6E8FEB86659FD93, np.uint64)
_APART: Final = np.array(0xA24BAED4963EE407, np.uint64)
_FOLD: Final = np.array(29, np.uint64)
_KEYWORD_SCALE: Final = 0.5
_GROUP: Final = 0.3  # what a word of a group counts
_LONG: Final = 3  # signs; the sound of so many is as good as the signs


@frozen
class Grams:
    """The hashes of a sentence's n-grams, and how to find their signs again."""

    hashes: Hashes
    length: int  # of the signs, which is that of the sound

    def where(
        self, numbers: npt.NDArray[np.intp]
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Of n-grams by number: the first sign, how many, and whether it is their sound."""
        whole = 2 * self.length + 1
        threes, apart = 2 * whole - 1, 2 * whole - 1 + max(self.length - 2, 0)
        sizes = 1 + (numbers >= whole) + (numbers >= threes)
        starts = numbers - np.where(sizes == 1, 0, np.where(sizes == 2, whole, threes))
        written = numbers >= apart
        starts = starts - np.where(written, apart - threes, 0)
        sounds = ((sizes == 3) | (starts > self.length)) & ~written
        starts = starts - np.where(sounds & (sizes < 3), self.length + 1, 0)
        return starts, sizes, sounds


def grams(signs: str, sound: str) -> Grams:
    """Signs one and two at a time, also two with any sign between them, sound up to three."""
    text = f"{signs}{BETWEEN}{sound}".encode("utf-32-le", "replace")
    codes = np.frombuffer(text, np.uint32)
    size, heard = len(codes), len(signs) + 1
    every = np.empty(2 * size - 1 + 2 * max(heard - 3, 0), np.uint64)
    one, two = every[:size], every[size : 2 * size - 1]
    np.multiply(codes, _SPREAD, one)
    np.bitwise_xor(one, np.right_shift(one, _FOLD), one)
    np.add(np.multiply(one[:-1], _STEP), one[1:], two)
    if heard > 3:
        three, apart = every[2 * size - 1 : -(heard - 3)], every[-(heard - 3) :]
        np.multiply(two[heard:-1], _STEP, three)
        np.add(three, one[heard + 2 :], three)
        np.multiply(one[: heard - 3], _APART, apart)
        np.add(apart, one[2 : heard - 1], apart)
    return Grams(every, len(signs))


@frozen
class Counted:
    """The features that are no n-grams, by number, after those of the vocabulary.

    `kinds` are where the sentence speaks of; the others come in pairs: as written, as heard.
    """

    kinds: tuple[str, ...]
    matters: tuple[str, ...]
    numbers: tuple[str, ...]
    groups: int = 0  # of words, each one feature, the last ones

    @property
    def size(self) -> int:
        return self._ungrouped + self.groups

    @cached_property
    def _ungrouped(self) -> int:
        return len(self.kinds) + 2 * len(self.matters) + 4 + 2 * len(self.numbers)

    def of(self, heard: Heard, kind: str) -> dict[int, float]:
        """Number and value of each."""
        values, matters = {self._kinds[kind]: 1.0}, self._matters
        for start, end, how, _, keyword in heard.keywords:
            length = end - start
            number = matters[keyword.matter] + (how is How.SOUND and length < _LONG)
            value = _keyword_value(length, keyword.weight)
            values[number] = max(values.get(number, 0.0), value)
        for found in heard.phrases:
            values[self._phrase(found.meaning, found.how)] = 0.5
        for alarm in heard.alarms:
            values[self._alarm(alarm.number, lifted=alarm.lifted)] = 0.5
        for group in heard.groups:
            values[self._ungrouped + group] = _GROUP
        return values

    @cached_property
    def _kinds(self) -> dict[str, int]:
        return {kind: place for place, kind in enumerate(self.kinds)}

    @cached_property
    def _matters(self) -> dict[str, int]:
        first = len(self.kinds)
        return {matter: first + 2 * place for place, matter in enumerate(self.matters)}

    def _phrase(self, kind: PhraseKind, how: How) -> int:
        first = len(self.kinds) + 2 * len(self.matters)
        return first + 2 * (kind is PhraseKind.PROGRESS) + (how is How.SOUND)

    def _alarm(self, number: str, *, lifted: bool) -> int:
        first = len(self.kinds) + 2 * len(self.matters) + 4
        return first + 2 * self.numbers.index(number) + lifted


def _keyword_value(length: int, weight: int) -> float:
    """A long word says more than a short one."""
    return _KEYWORD_SCALE * (0.6 + 0.2 * min(length, 6)) * weight / MAX_WEIGHT
