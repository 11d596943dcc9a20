"""The spoken menu: a tree of nodes whose leaves are lines, questions about the area, services.

Reserved at every node, so no choice may use them: 0 a human, 9 repeat, * back.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from functools import cached_property

import msgspec
from attrs import frozen

from routing.chain import Hop
from routing.errors import NoSuchEntry
from routing.ids import AreaCode, LineCode, NodeId, QuestionId

HUMAN = "0"
REPEAT = "9"
BACK = "*"
RESERVED = (HUMAN, REPEAT, BACK)
CHOICE_KEYS = "12345"  # more than five choices are not remembered by ear
MAX_KEYS = 4  # keys from the root to a leaf


class Service(Enum):
    """Something the hotline does itself."""

    PROGRESS = "progress"  # how a ticket stands


# A target is one of four; msgspec tells attrs classes in a union apart only as tagged structs.
class ToNode(msgspec.Struct, frozen=True, tag="node"):
    """A further menu."""

    node: NodeId


class ToLine(msgspec.Struct, frozen=True, tag="line"):
    """A line, wherever the caller is."""

    line: LineCode


class ToQuestion(msgspec.Struct, frozen=True, tag="question"):
    """The line depends on the caller's area: ask for it."""

    question: QuestionId


class ToService(msgspec.Struct, frozen=True, tag="service"):
    """Something the hotline does itself."""

    service: Service


Target = ToNode | ToLine | ToQuestion | ToService


@frozen
class Choice:
    """One thing to choose; `title` is what is spoken."""

    key: str
    title: str
    target: Target


@frozen
class Node:
    """One level of the menu; `title` is that of the choice that leads here, '' at the root."""

    id: NodeId
    title: str
    choices: tuple[Choice, ...]

    def choice_for(self, key: str) -> Choice | None:
        """The choice on a key, or None: a wrong key is no error."""
        return next((choice for choice in self.choices if choice.key == key), None)


@frozen
class AreaChoice:
    """One answer to the area question; `area` is None for 不清楚或全市."""

    key: str
    title: str
    area: AreaCode | None
    line: LineCode


@frozen
class AreaQuestion:
    """Which line takes a matter in which area."""

    id: QuestionId
    choices: tuple[AreaChoice, ...]

    def choice_for(self, key: str) -> AreaChoice | None:
        return next((choice for choice in self.choices if choice.key == key), None)

    def line_in(self, area: AreaCode | None) -> LineCode | None:
        """The line for one of the areas asked; an area not asked counts as 不清楚或全市."""
        lines = {choice.area: choice.line for choice in self.choices}
        return lines.get(area, lines.get(None))


@frozen
class Menu:
    """The tree, the area questions, and what 0 leads to."""

    root: NodeId
    nodes: tuple[Node, ...]
    questions: tuple[AreaQuestion, ...]
    human: tuple[Hop, ...]

    @cached_property
    def _nodes(self) -> dict[NodeId, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _questions(self) -> dict[QuestionId, AreaQuestion]:
        return {question.id: question for question in self.questions}

    @cached_property
    def _paths(self) -> dict[NodeId, tuple[NodeId, ...]]:
        return shortest_paths(self)

    def node(self, node: NodeId) -> Node:
        """The node, or `NoSuchEntry`."""
        if node not in self._nodes:
            raise NoSuchEntry("menu node", node)
        return self._nodes[node]

    def question(self, question: QuestionId) -> AreaQuestion:
        """The question, or `NoSuchEntry`."""
        if question not in self._questions:
            raise NoSuchEntry("area question", question)
        return self._questions[question]

    def has_node(self, node: NodeId) -> bool:
        return node in self._nodes

    def has_question(self, question: QuestionId) -> bool:
        return question in self._questions

    def path(self, node: NodeId) -> tuple[Node, ...]:
        """The nodes from the root to `node`, by the fewest keys; empty when none lead there."""
        return tuple(self.node(step) for step in self._paths.get(node, ()))

    def parent(self, node: NodeId) -> Node | None:
        """Where * leads for one who came by the shortest path; None at the root."""
        path = self.path(node)
        return path[-2] if len(path) > 1 else None


def shortest_paths(menu: Menu) -> dict[NodeId, tuple[NodeId, ...]]:
    """From the root to every node that can be reached; dead ends and rings are passed over."""
    paths: dict[NodeId, tuple[NodeId, ...]] = {}
    waiting: deque[tuple[NodeId, ...]] = deque([(menu.root,)] if menu.has_node(menu.root) else ())
    while waiting:
        path = waiting.popleft()
        if path[-1] in paths:
            continue
        paths[path[-1]] = path
        waiting.extend(
            (*path, child) for child in children(menu.node(path[-1])) if menu.has_node(child)
        )
    return paths


def children(node: Node) -> tuple[NodeId, ...]:
    """The nodes that a node's choices lead to, in the order of the choices."""
    return tuple(choice.target.node for choice in node.choices if isinstance(choice.target, ToNode))
