"""From the examples of a table to what a model learns from.

Each example is heard as it is and once more as a bad line would give it; where it names no place,
also from callers whose place is known. Calls for help, and what sounds like one, are heard in
other words as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Final

import numpy as np
import scipy.sparse as sp
from attrs import frozen

from routing.features import Counted, Grams, Hashes, Indices, Values, grams
from routing.fitting import Lessons
from routing.hearing import Ear, Heard, Tables
from routing.ids import AreaCode, LineCode
from routing.kindred import Rewording
from routing.lexicon import Example
from routing.model import gram_value, vocabulary
from routing.noise import Garbler
from routing.outcomes import EMERGENCY, NOWHERE, Districts, Outcomes, intent_of, is_line

_KNOWN_PLACE: Final = 0.4  # of sentences without a place, those heard from a known one
_TOLD_PLACE: Final = 0.4  # of those where a place changes nothing, those that tell one as well
_TELLINGS: Final = (
    "{place}{text}",
    "{place}这边{text}",
    "{text}，{place}这边",
    "我在{place}，{text}",
    "我是{place}的，{text}",
    "{text}，我住{place}",
)
_REWORDED: Final = 2  # times that a sentence about danger is said in other words
_ALARMING: Final = 4  # groups of words in a sentence, from which on it sounds like danger
AT_LEAST: Final = 2  # sentences that an n-gram stands in before it counts


@frozen(eq=False)
class Lesson:
    """A sentence as the model sees it."""

    grams: Grams
    counted: dict[int, float]
    shares: dict[int, float]
    kind: str


@frozen
class Teacher:
    """Makes lessons of examples."""

    tables: Tables
    ear: Ear
    outcomes: Outcomes
    counted: Counted
    garbler: Garbler
    rewording: Rewording
    districts: Districts
    places: tuple[str, ...]  # as people call them

    def lesson(self, example: Example, *, spoken: str = "") -> Lesson:
        """What `example` teaches, or what it teaches when it was heard as `spoken`."""
        heard = self.ear.hear(spoken or example.text, example.area)
        return self._lesson(heard, example.targets, self.districts.kind(heard.areas))

    def varied(self, example: Example, random: Random, *, spoiled: bool) -> Lesson:
        """The same from another caller, perhaps on a bad line."""
        spoken = self.garbler.garble(example.text, random) if spoiled else example.text
        heard = self.ear.hear(spoken, example.area)
        kind = self.districts.kind(heard.areas)
        if kind != NOWHERE or not is_line(example.targets[0]) or random.random() > _KNOWN_PLACE:
            return self._lesson(heard, example.targets, kind)
        district = random.choice(self.outcomes.districts)
        return self._lesson(heard, self._there(example.targets, district), district)

    def placed(self, example: Example, random: Random) -> Lesson | None:
        """The same with a place in it: wherever water fails, it is water that fails.

        None where a place says something, or is told already.
        """
        if not self._happens_anywhere(example.targets) or self.ear.hear(example.text).place.found:
            return None
        told = random.choice(_TELLINGS).format(place=random.choice(self.places), text=example.text)
        heard = self.ear.hear(told)
        return self._lesson(heard, example.targets, self.districts.kind(heard.areas))

    def reworded(self, example: Example, random: Random) -> Iterator[Lesson]:
        """The same in other words, of what is or sounds like a call for help."""
        if not self._alarming(example):
            return
        for _ in range(_REWORDED):
            yield self.lesson(example, spoken=self.rewording.reword(example.text, random))

    def _alarming(self, example: Example) -> bool:
        if intent_of(example.targets[0]) == EMERGENCY:
            return True
        heard = self.ear.hear(example.text)
        return bool(heard.alarms) or len(heard.groups) >= _ALARMING

    def _happens_anywhere(self, targets: Sequence[str]) -> bool:
        """Whether a place changes nothing: danger, and lines that serve all of the city alone."""
        if not is_line(targets[0]):
            return intent_of(targets[0]) == EMERGENCY
        lines = [LineCode(target) for target in targets if is_line(target)]
        return not any(
            line in self.districts.twins or self.districts.of_line[line] for line in lines
        )

    def _there(self, targets: Sequence[str], district: AreaCode) -> tuple[str, ...]:
        """The targets for a caller in `district`: its own lines first, others' not at all."""
        of_line = self.districts.of_line
        own = [target for target in targets if of_line.get(LineCode(target)) == district]
        city = [target for target in targets if of_line.get(LineCode(target)) is None]
        return (*own, *city) or tuple(targets)

    def _lesson(self, heard: Heard, targets: Sequence[str], kind: str) -> Lesson:
        counted = self.counted.of(heard, kind)
        shares = self.outcomes.shares(targets)
        return Lesson(grams(heard.signs, heard.sound), counted, shares, kind)


def curriculum(teacher: Teacher, examples: Iterable[Example], random: Random) -> list[Lesson]:
    """Each example twice: from another caller, and from yet another on a bad line.

    Many are told with a place as well, and what is about danger in other words.
    """
    lessons: list[Lesson] = []
    for example in examples:
        lessons.append(teacher.varied(example, random, spoiled=False))
        lessons.append(teacher.varied(example, random, spoiled=True))
        placed = teacher.placed(example, random) if random.random() < _TOLD_PLACE else None
        if placed:
            lessons.append(placed)
        lessons.extend(teacher.reworded(example, random))
    return lessons


def words_of(lessons: Iterable[Lesson]) -> Hashes:
    """The vocabulary that lessons teach."""
    return vocabulary([lesson.grams for lesson in lessons], AT_LEAST)


def matrix(lessons: Sequence[Lesson], keys: Hashes, counted: int, outcomes: Outcomes) -> Lessons:
    """Lessons as arrays: n-grams of the vocabulary first, counted features behind them."""
    indices, values, ends = [], [], [0]
    shares = np.zeros((len(lessons), outcomes.size), np.float32)
    for row, lesson in enumerate(lessons):
        rows, data = _row(lesson, keys)
        indices.append(rows)
        values.append(data)
        ends.append(ends[-1] + len(rows))
        for label, share in lesson.shares.items():
            shares[row, label] = share
    shape = (len(lessons), len(keys) + counted)
    joined = (np.concatenate(values), np.concatenate(indices), np.array(ends))
    return Lessons(sp.csr_matrix(joined, shape=shape), shares)


def _row(lesson: Lesson, keys: Hashes) -> tuple[Indices, Values]:
    places = np.minimum(np.searchsorted(keys, lesson.grams.hashes), len(keys) - 1)
    known = places[keys[places] == lesson.grams.hashes]
    counted = np.fromiter(lesson.counted, np.int32, len(lesson.counted)) + np.int32(len(keys))
    rows = np.concatenate((known.astype(np.int32), counted))
    data = np.full(len(rows), gram_value(len(known)), np.float32)
    data[len(known) :] = list(lesson.counted.values())
    return rows, data
