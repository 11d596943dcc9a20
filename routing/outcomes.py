"""What a sentence can turn out to be, and what place has to say about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from attrs import frozen

from routing.directory import AreaLevel
from routing.ids import AreaCode, LineCode, QuestionId
from routing.menu import ToLine, ToNode, ToQuestion
from routing.table import RoutingTable

HUMAN: Final = "HUMAN"
PROGRESS: Final = "PROGRESS"
UNCLEAR: Final = "UNCLEAR"
EMERGENCY: Final = "EMERGENCY:"
ASIDE: Final = (HUMAN, PROGRESS, UNCLEAR)

NOWHERE: Final = "none"
SEVERAL: Final = "several"


@frozen
class Outcomes:
    """The labels that a model tells apart.

    A label is a line's code, an intent, or the id of a matter that each street has a line for:
    wording cannot tell those lines apart, so they are learned as one and place chooses.
    """

    labels: tuple[str, ...]
    street_lines: dict[str, tuple[LineCode, ...]]  # by label
    districts: tuple[AreaCode, ...]

    @staticmethod
    def of(table: RoutingTable) -> Outcomes:
        streets = dict(_street_lines(table))
        pooled = {line for lines in streets.values() for line in lines}
        lines = [line.code for line in table.directory.lines if line.code not in pooled]
        numbers = [EMERGENCY + each.number for each in table.directory.emergency]
        areas = table.directory.areas
        districts = tuple(area.code for area in areas if area.level is AreaLevel.DISTRICT)
        return Outcomes((*lines, *streets, *numbers, *ASIDE), streets, districts)

    @cached_property
    def index(self) -> dict[str, int]:
        """The number of a label; a pooled line has that of its matter."""
        numbers = {label: number for number, label in enumerate(self.labels)}
        for matter, lines in self.street_lines.items():
            numbers |= dict.fromkeys(lines, numbers[matter])
        return numbers

    @property
    def kinds(self) -> tuple[str, ...]:
        """Where a sentence can speak of: nowhere, districts, or something within one of them."""
        within = (f"{district}+" for district in self.districts)
        return (NOWHERE, SEVERAL, *self.districts, *within)

    def weights(self, targets: Sequence[str]) -> dict[int, float]:
        """The share of each label where an example accepts several, best first."""
        shares: dict[int, float] = {}
        for rank, target in enumerate(targets):
            number = self.index.get(target)
            if number is not None:
                shares.setdefault(number, 1.0 / (1.0 + 1.2 * rank))
        total = sum(shares.values())
        return {number: share / total for number, share in shares.items()}


def is_line(label: str) -> bool:
    return not label.startswith(EMERGENCY) and label not in ASIDE


@frozen
class Districts:
    """Which district lines and areas belong to."""

    table: RoutingTable

    @cached_property
    def of_line(self) -> dict[LineCode, AreaCode | None]:
        """None for lines of the city."""
        directory = self.table.directory
        return {line.code: self.of_area(directory.unit_of(line.code).area) for line in directory.lines}

    def of_area(self, code: AreaCode) -> AreaCode | None:
        path = self.table.directory.area_path(code)
        found = (area.code for area in path if area.level is AreaLevel.DISTRICT)
        return next(found, None)

    def of_areas(self, codes: Iterable[AreaCode]) -> tuple[AreaCode, ...]:
        """Each district once."""
        found = (self.of_area(code) for code in codes)
        return tuple(dict.fromkeys(district for district in found if district))

    def kind(self, codes: Sequence[AreaCode]) -> str:
        """One of `Outcomes.kinds`."""
        districts = self.of_areas(codes)
        if not districts:
            return NOWHERE
        if len(districts) > 1:
            return SEVERAL
        return districts[0] if codes[0] == districts[0] else f"{districts[0]}+"

    @cached_property
    def twins(self) -> dict[LineCode, tuple[QuestionId, ...]]:
        """The area questions that a line answers."""
        answers: dict[LineCode, list[QuestionId]] = {}
        for question in self.table.menu.questions:
            for line in dict.fromkeys(choice.line for choice in question.choices):
                answers.setdefault(line, []).append(question.id)
        return {line: tuple(questions) for line, questions in answers.items()}


def lines_of(table: RoutingTable, target: object) -> tuple[LineCode, ...]:
    """Every line a matter's target may lead to."""
    match target:
        case ToLine(line):
            return (line,)
        case ToQuestion(question):
            choices = table.menu.question(question).choices
            return tuple(dict.fromkeys(choice.line for choice in choices))
        case ToNode(node):
            below = (lines_of(table, choice.target) for choice in table.menu.node(node).choices)
            return tuple(dict.fromkeys(line for lines in below for line in lines))
    return ()


def _street_lines(table: RoutingTable) -> Iterable[tuple[str, tuple[LineCode, ...]]]:
    for matter in table.lexicon.matters:
        if isinstance(matter.target, ToNode):
            yield matter.id, lines_of(table, matter.target)
