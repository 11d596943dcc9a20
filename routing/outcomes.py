"""What a sentence can turn out to be, and what place has to say about it."""

from __future__ import annotations

import hashlib
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
ROUTE: Final = "ROUTE"
EMERGENCY: Final = "EMERGENCY:"
ASIDES: Final = (HUMAN, PROGRESS, UNCLEAR)

NOWHERE: Final = "none"
SEVERAL: Final = "several"


@frozen
class Outcomes:
    """The labels that a model tells apart, all in one: lines, emergency numbers, intents.

    A label is a line's code, the id of a matter that each street has a line for (wording cannot
    tell those lines apart, so they are learned as one and place chooses), an emergency number, or
    `HUMAN`, `PROGRESS`, `UNCLEAR`. Weighing lines against dangers one by one tells a story about
    gas from a smell of gas; weighing all requests against all dangers does not.
    """

    lines: tuple[str, ...]
    numbers: tuple[str, ...]
    street_lines: dict[str, tuple[LineCode, ...]]  # by label
    districts: tuple[AreaCode, ...]

    @staticmethod
    def of(table: RoutingTable) -> Outcomes:
        streets = dict(_street_lines(table))
        pooled = {line for lines in streets.values() for line in lines}
        lines = [line.code for line in table.directory.lines if line.code not in pooled]
        numbers = tuple(each.number for each in table.directory.emergency)
        areas = table.directory.areas
        districts = tuple(area.code for area in areas if area.level is AreaLevel.DISTRICT)
        return Outcomes((*lines, *streets), numbers, streets, districts)

    @property
    def numbers_from(self) -> int:
        """The first label of an emergency number; those of lines stand before it."""
        return len(self.lines)

    @property
    def asides_from(self) -> int:
        """The first label of `ASIDES`; those of emergency numbers stand before it."""
        return len(self.lines) + len(self.numbers)

    @property
    def size(self) -> int:
        return self.asides_from + len(ASIDES)

    @cached_property
    def index(self) -> dict[str, int]:
        """The label of a target of an example; a pooled line has that of its matter."""
        numbers = (EMERGENCY + number for number in self.numbers)
        labels = {target: label for label, target in enumerate((*self.lines, *numbers, *ASIDES))}
        for matter, pooled in self.street_lines.items():
            labels |= dict.fromkeys(pooled, labels[matter])
        return labels

    def digest(self, matters: Iterable[str]) -> str:
        """Equal for tables whose models number labels and features alike."""
        every = (*self.lines, *self.numbers, *self.kinds, *matters)
        return hashlib.sha256("|".join(every).encode()).hexdigest()

    @property
    def kinds(self) -> tuple[str, ...]:
        """Where a sentence can speak of: nowhere, districts, or something within one of them."""
        within = (f"{district}+" for district in self.districts)
        return (NOWHERE, SEVERAL, *self.districts, *within)

    def shares(self, targets: Sequence[str]) -> dict[int, float]:
        """What an example teaches: the best target most, others that are right less.

        A call for help teaches help alone: a line beside it would keep its chance under any
        threshold.
        """
        helps = bool(targets) and intent_of(targets[0]) == EMERGENCY
        shares: dict[int, float] = {}
        for rank, target in enumerate(targets):
            label = self.index.get(target)
            if label is not None and not (helps and is_line(target)):
                shares[label] = shares.get(label, 0.0) + 1.0 / (1.0 + 1.2 * rank)
        total = sum(shares.values())
        return {label: share / total for label, share in shares.items()}


def intent_of(target: str) -> str:
    """`ROUTE`, `EMERGENCY` or one of `ASIDES`."""
    if target.startswith(EMERGENCY):
        return EMERGENCY
    return target if target in ASIDES else ROUTE


def is_line(target: str) -> bool:
    return intent_of(target) == ROUTE


@frozen
class Districts:
    """Which district lines and areas belong to."""

    table: RoutingTable

    @cached_property
    def of_line(self) -> dict[LineCode, AreaCode | None]:
        """None for lines of the city."""
        directory = self.table.directory
        areas = ((line.code, directory.unit_of(line.code).area) for line in directory.lines)
        return {line: self.of_area(area) for line, area in areas}

    def of_area(self, code: AreaCode) -> AreaCode | None:
        path = self.table.directory.area_path(code)
        found = (area.code for area in path if area.level is AreaLevel.DISTRICT)
        return next(found, None)

    def of_areas(self, codes: Iterable[AreaCode]) -> tuple[AreaCode, ...]:
        """Each district once."""
        if not codes:
            return ()
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
