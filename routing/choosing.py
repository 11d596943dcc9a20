"""From the scores of lines to candidates: place chooses between lines that share a matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from routing.decision import SHOWN, Candidate
from routing.features import Values
from routing.ids import AreaCode, LineCode, QuestionId
from routing.menu import AreaQuestion
from routing.outcomes import Districts, Outcomes
from routing.table import RoutingTable

_PLACED: Final = 0.15  # of the chance of two twins, what place's own must have to go first
_BOTH: Final = 0.05  # of the chance of two twins, what the lesser must have to be worth asking
_DROPPED: Final = -1


@frozen
class Choice:
    """Candidates, best first; the question when the first two are twins that place decides."""

    candidates: tuple[Candidate, ...]
    matter: float  # chance of the first one and its twin together
    question: QuestionId | None


class Chooser:
    """What place has to say, prepared for one table."""

    def __init__(self, table: RoutingTable, outcomes: Outcomes, districts: Districts) -> None:
        self._table = table
        self._labels = outcomes.lines
        self._places = {label: place for place, label in enumerate(outcomes.lines)}
        self._streets = outcomes.street_lines
        self._districts = districts
        self._moves = {area: self._move(area) for area in outcomes.districts}
        self._questions = {line: self._answers(keys) for line, keys in districts.twins.items()}

    def _answers(
        self, keys: Iterable[QuestionId]
    ) -> list[tuple[AreaQuestion, frozenset[LineCode]]]:
        questions = [self._table.menu.question(key) for key in keys]
        return [(each, frozenset(choice.line for choice in each.choices)) for each in questions]

    def _move(self, district: AreaCode) -> npt.NDArray[np.intp]:
        """For a caller in `district`: whose chance each label's becomes."""
        places = [self._moved(label, district) for label in self._labels]
        return np.array(places, np.intp)

    def _moved(self, label: str, district: AreaCode) -> int:
        if label in self._streets:
            lines = self._streets[label]
            own = any(self._districts.of_line[line] == district for line in lines)
            return self._places[label] if own else _DROPPED
        line = LineCode(label)
        if self._districts.of_line[line] in (None, district):
            return self._places[label]
        for key in self._districts.twins.get(line, ()):
            other = self._table.menu.question(key).line_in(district)
            if other in self._places:
                return self._places[other]
        return _DROPPED

    def choose(self, chances: Values, areas: Sequence[AreaCode]) -> Choice:
        """`chances` are those of the labels; what they lack to 1 is no request."""
        districts = self._districts.of_areas(areas)
        if len(districts) == 1:
            chances = self._moved_chances(chances, districts[0])
        order = chances.argsort()[: -SHOWN - 2 : -1]
        ranked = [(self._labels[p], c) for p, c in zip(order, chances[order].tolist(), strict=True)]
        question, matter = self._question(ranked), ranked[0][1]
        known = districts[0] if len(districts) == 1 else None
        if question:
            ranked, matter = _place_first(ranked, question, known)
        lines = islice(self._lines(ranked, areas), SHOWN)
        return Choice(tuple(lines), matter, question.id if question and not known else None)

    def _moved_chances(self, chances: Values, district: AreaCode) -> Values:
        moves = self._moves[district]
        kept = moves != _DROPPED
        moved = np.bincount(moves[kept], chances[kept], len(chances))
        return moved.astype(np.float32)

    def _question(self, ranked: Sequence[tuple[str, float]]) -> AreaQuestion | None:
        """The area question whose answers are the first candidate and one worth naming."""
        first, chance = ranked[0]
        for question, answers in self._questions.get(LineCode(first), ()):
            rest = max((c for label, c in ranked[1:] if label in answers), default=0.0)
            if rest >= _BOTH * (chance + rest):
                return question
        return None

    def _lines(
        self, ranked: Iterable[tuple[str, float]], areas: Sequence[AreaCode]
    ) -> Iterator[Candidate]:
        for label, chance in ranked:
            if label in self._streets:
                yield from self._street(self._streets[label], chance, areas)
            else:
                yield Candidate(LineCode(label), chance)

    def _street(
        self, lines: Sequence[LineCode], chance: float, areas: Sequence[AreaCode]
    ) -> Iterable[Candidate]:
        directory = self._table.directory
        own = [
            line
            for line in lines
            if any(directory.is_within(area, directory.unit_of(line).area) for area in areas)
        ]
        if own:
            return [Candidate(line, chance / len(own)) for line in own]
        return [Candidate(line, chance / len(lines)) for line in lines[:3]]


def _place_first(
    ranked: Sequence[tuple[str, float]], question: AreaQuestion, known: AreaCode | None
) -> tuple[list[tuple[str, float]], float]:
    """The line of a known area, or else the city's, goes before its twins if likely at all."""
    placed = question.line_in(known)
    answers = {choice.line for choice in question.choices}
    twins = [entry for entry in ranked if entry[0] in answers]
    total = sum(chance for _, chance in twins)
    if any(label == placed and chance >= _PLACED * total for label, chance in twins):
        twins.sort(key=lambda entry: entry[0] != placed)
    others = [entry for entry in ranked if entry[0] not in answers]
    return [*twins, *others], total
