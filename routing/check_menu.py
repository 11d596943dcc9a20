"""Rules for the menu: every key leads somewhere, every line is reached, 0 reaches a human."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from routing.chain import LAST_RESORT
from routing.check_directory import twice
from routing.ids import LineCode, NodeId, QuestionId
from routing.menu import (
    CHOICE_KEYS,
    MAX_KEYS,
    RESERVED,
    AreaQuestion,
    Menu,
    Node,
    Target,
    ToLine,
    ToNode,
    ToQuestion,
    children,
    shortest_paths,
)
from routing.problem import Problem, problem
from routing.spoken import MAX_CHOICE, Title, unspeakable
from routing.table import RoutingTable


def zero_reaches_a_human(table: RoutingTable) -> Iterator[Problem]:
    if table.menu.human != LAST_RESORT:
        yield problem("human-missing", "0")


def nodes_are_reached(table: RoutingTable) -> Iterator[Problem]:
    menu = table.menu
    if not menu.has_node(menu.root):
        yield problem("root-missing", menu.root)
    for node in twice(node.id for node in menu.nodes):
        yield problem("node-twice", node)
    reached = shortest_paths(menu)
    for found in menu.nodes:
        if found.id not in reached:
            yield problem("node-unreachable", found.id)


def nodes_have_choices(table: RoutingTable) -> Iterator[Problem]:
    for node in table.menu.nodes:
        if not node.choices:
            yield problem("dead-end", node.id)
        if len(node.choices) > len(CHOICE_KEYS):
            count, most = len(node.choices), len(CHOICE_KEYS)
            yield problem("too-many-choices", node.id, count=count, most=most)


def keys_are_right(table: RoutingTable) -> Iterator[Problem]:
    for node in table.menu.nodes:
        yield from _wrong_keys(node.id, [choice.key for choice in node.choices])
    for question in table.menu.questions:
        yield from _wrong_keys(question.id, [choice.key for choice in question.choices])


def _wrong_keys(place: str, keys: list[str]) -> Iterator[Problem]:
    for key in twice(keys):
        yield problem("key-twice", place, key=key)
    for key in keys:
        if key in RESERVED:
            yield problem("key-reserved", place, key=key)
        elif len(key) != 1 or key not in CHOICE_KEYS:
            yield problem("key-unknown", place, key=key)


def targets_exist(table: RoutingTable) -> Iterator[Problem]:
    for node in table.menu.nodes:
        for choice in node.choices:
            missing = missing_code(table, choice.target)
            if missing:
                yield problem("target-missing", node.id, key=choice.key, target=missing)


def missing_code(table: RoutingTable, target: Target) -> str:
    """The code that a target names and the table lacks, or ''."""
    match target:
        case ToNode(node) if not table.menu.has_node(node):
            return node
        case ToLine(line) if not table.directory.has_line(line):
            return line
        case ToQuestion(question) if not table.menu.has_question(question):
            return question
        case _:
            return ""


def questions_can_be_answered(table: RoutingTable) -> Iterator[Problem]:
    for question in twice(question.id for question in table.menu.questions):
        yield problem("question-twice", question)
    used = {choice.target for node in table.menu.nodes for choice in node.choices}
    for asked in table.menu.questions:
        if ToQuestion(asked.id) not in used:
            yield problem("question-unused", asked.id)
        if all(choice.area is not None for choice in asked.choices):
            yield problem("question-without-rest", asked.id)
        yield from _missing_answers(table, asked)


def _missing_answers(table: RoutingTable, asked: AreaQuestion) -> Iterator[Problem]:
    for choice in asked.choices:
        if not table.directory.has_line(choice.line):
            yield problem("target-missing", asked.id, key=choice.key, target=choice.line)
        if choice.area is not None and not table.directory.has_area(choice.area):
            yield problem("target-missing", asked.id, key=choice.key, target=choice.area)


def menu_has_no_cycle(table: RoutingTable) -> Iterator[Problem]:
    """Where there are rings, at least one is told, by a path that runs around it."""
    menu = table.menu
    done: set[NodeId] = set()
    for node in menu.nodes:
        ring = _ring_from(menu, node.id, done)
        if ring:
            yield problem("cycle", ring[0], path="→".join(ring))


def _ring_from(menu: Menu, start: NodeId, done: set[NodeId]) -> tuple[NodeId, ...]:
    """Walk depth first from `start`, off the stack of Python; a node seen on the path is a ring."""
    path: list[NodeId] = [start]
    branches = [_unseen(menu, start, done)]
    while branches:
        child = next(branches[-1], None)
        if child is None:
            done.add(path.pop())
            branches.pop()
        elif child in path:
            done.update(path)
            return (*path[path.index(child) :], child)
        else:
            path.append(child)
            branches.append(_unseen(menu, child, done))
    return ()


def _unseen(menu: Menu, node: NodeId, done: set[NodeId]) -> Iterator[NodeId]:
    known = menu.has_node(node) and node not in done
    following = children(menu.node(node)) if known else ()
    return (child for child in following if child not in done)


def menu_is_shallow(table: RoutingTable) -> Iterator[Problem]:
    for node, path in shortest_paths(table.menu).items():
        if len(path) > MAX_KEYS:
            yield problem("too-deep", node, count=len(path), most=MAX_KEYS)


def lines_are_reached(table: RoutingTable) -> Iterator[Problem]:
    reached = reachable_lines(table.menu)
    for line in table.directory.lines:
        if line.code not in reached:
            yield problem("line-unreachable", line.code)


def reachable_lines(menu: Menu) -> set[LineCode]:
    """The lines that a caller can come to by keys alone."""
    nodes = [menu.node(node) for node in shortest_paths(menu)]
    targets = [choice.target for node in nodes for choice in node.choices]
    asked = {target.question for target in targets if isinstance(target, ToQuestion)}
    lines = {target.line for target in targets if isinstance(target, ToLine)}
    return lines | set(_answers(menu, asked))


def _answers(menu: Menu, asked: Iterable[QuestionId]) -> Iterator[LineCode]:
    for question in asked:
        if menu.has_question(question):
            yield from (choice.line for choice in menu.question(question).choices)


def titles_can_be_spoken(table: RoutingTable) -> Iterator[Problem]:
    for node in table.menu.nodes:
        yield from _node_titles(node)
    for question in table.menu.questions:
        for choice in question.choices:
            place = f"{question.id} {choice.key}"
            yield from unspeakable(Title("区域选项", place, choice.title, MAX_CHOICE))


def _node_titles(node: Node) -> Iterator[Problem]:
    for choice in node.choices:
        yield from unspeakable(Title("选项", f"{node.id} {choice.key}", choice.title, MAX_CHOICE))


MENU_RULES = (
    zero_reaches_a_human,
    nodes_are_reached,
    nodes_have_choices,
    keys_are_right,
    targets_exist,
    questions_can_be_answered,
    menu_has_no_cycle,
    menu_is_shallow,
    lines_are_reached,
    titles_can_be_spoken,
)
