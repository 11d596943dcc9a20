"""Deciding again what was decided before, on another table: what moves, and what becomes unsure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Protocol

from attrs import frozen

from routing.decision import Certainty
from routing.menu import (
    BACK,
    HUMAN,
    AreaQuestion,
    Choice,
    Menu,
    Node,
    Target,
    ToLine,
    ToNode,
    ToQuestion,
    ToService,
)
from routing.table import RoutingTable

STUCK = ""  # the keys lead nowhere


class Source(Enum):
    """Where a case comes from."""

    EXAMPLE = "example"  # a sentence of the table, whose right answer is known
    CALL = "call"  # what a caller said or keyed
    TICKET = "ticket"  # what a ticket is about


@frozen
class Case:
    """One request: words with the area that was known, or the keys from the first menu on.

    `expected` is what it should lead to, best first, where somebody has said so.
    """

    id: str
    source: Source
    text: str = ""
    area: str = ""
    keys: str = ""
    expected: tuple[str, ...] = ()


@frozen
class Verdict:
    """Where a case goes: a line's code, an intent, ``node:x``, ``service:x``, or '' for nowhere."""

    target: str
    certainty: Certainty
    confidence: float = 1.0
    because: str = ""


class Movement(Enum):
    """How a verdict changed."""

    MOVED = "moved"  # to another target
    UNSURE = "unsure"  # was sure and is no longer
    SURER = "surer"  # is sure and was not


@frozen
class Move:
    """One case that goes differently now."""

    case: Case
    movement: Movement
    before: Verdict
    after: Verdict


@frozen
class Rehearsal:
    """What a table changes for the cases: `moves` in their order; the rest go as before.

    `right_before` and `right_after` count, of the `judged` cases whose answer is known, those
    whose first target is right.
    """

    cases: int
    moves: tuple[Move, ...]
    judged: int
    right_before: int
    right_after: int

    def of(self, movement: Movement) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if move.movement is movement)


class Judge(Protocol):
    """One table, ready to decide."""

    def verdict(self, case: Case) -> Verdict: ...


def rehearse(cases: Iterable[Case], before: Judge, after: Judge) -> Rehearsal:
    """Every case on both tables."""
    seen, judged, right_before, right_after = 0, 0, 0, 0
    moves = []
    for case in cases:
        old, new = before.verdict(case), after.verdict(case)
        seen += 1
        judged += bool(case.expected)
        right_before += old.target in case.expected[:1]
        right_after += new.target in case.expected[:1]
        movement = _movement(old, new)
        if movement is not None:
            moves.append(Move(case, movement, old, new))
    return Rehearsal(seen, tuple(moves), judged, right_before, right_after)


def example_cases(*tables: RoutingTable) -> Iterator[Case]:
    """The example sentences of the tables, each once; the last table says what is right."""
    found = {
        (example.text, example.area): example.targets
        for table in tables
        for example in table.lexicon.examples
    }
    for (text, area), targets in found.items():
        yield Case(f"example/{text}", Source.EXAMPLE, text, area, expected=targets)


def walk(table: RoutingTable, keys: str) -> Verdict:
    """Where these keys lead from the first menu; a key that is no choice is passed over."""
    place: Node | AreaQuestion | None = _first(table.menu)
    path: list[Node] = []
    for key in keys:
        if place is None or key == HUMAN:
            break
        if key == BACK:
            place = path.pop() if path else place
            continue
        choice = place.choice_for(key)
        if choice is None:
            continue
        if not isinstance(choice, Choice):
            return Verdict(choice.line, Certainty.SURE)
        if isinstance(place, Node):
            path.append(place)
        reached = _reached(table.menu, choice.target)
        if isinstance(reached, Verdict):
            return reached
        place = reached
    if HUMAN in keys:
        return Verdict("HUMAN", Certainty.SURE)
    return Verdict(_name(place), Certainty.ASK if place else Certainty.UNSURE)


def _first(menu: Menu) -> Node | None:
    return menu.node(menu.root) if menu.has_node(menu.root) else None


def _reached(menu: Menu, target: Target) -> Node | AreaQuestion | Verdict:
    match target:
        case ToNode(node) if menu.has_node(node):
            return menu.node(node)
        case ToQuestion(question) if menu.has_question(question):
            return menu.question(question)
        case ToLine(line):
            return Verdict(line, Certainty.SURE)
        case ToService(service):
            return Verdict(f"service:{service.value}", Certainty.SURE)
        case _:
            return Verdict(STUCK, Certainty.UNSURE)


def _name(place: Node | AreaQuestion | None) -> str:
    match place:
        case Node(id=node):
            return f"node:{node}"
        case AreaQuestion(id=question):
            return f"area:{question}"
        case None:
            return STUCK


def _movement(old: Verdict, new: Verdict) -> Movement | None:
    if old.certainty is Certainty.SURE and new.certainty is not Certainty.SURE:
        return Movement.UNSURE
    if old.target != new.target:
        return Movement.MOVED
    if new.certainty is Certainty.SURE and old.certainty is not Certainty.SURE:
        return Movement.SURER
    return None
