"""Rows of the menu, the area questions and the chains as values, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from attrs import frozen

from routing import cells
from routing.chain import Chain, Hop, LineHop, MessageHop, QueueHop
from routing.ids import LineCode, NodeId, QuestionId
from routing.menu import (
    HUMAN,
    AreaChoice,
    AreaQuestion,
    Choice,
    Menu,
    Node,
    Service,
    Target,
    ToLine,
    ToNode,
    ToQuestion,
    ToService,
)
from routing.rows import Row

ROOT = NodeId("root")
QUEUE = "QUEUE"
MESSAGE = "MESSAGE"

Written = dict[str, str]


@frozen
class Listed:
    """A choice and the node that lists it."""

    node: NodeId
    choice: Choice


@frozen
class Answer:
    """An answer and the question it answers."""

    question: QuestionId
    choice: AreaChoice


def listed(row: Row) -> Listed:
    choice = Choice(cells.key(row), cells.title(row), read_target(row))
    return Listed(NodeId(cells.slug(row, "node")), choice)


def listed_cells(value: Listed) -> Written:
    choice = value.choice
    target = write_target(choice.target)
    return {"node": value.node, "key": choice.key, "title": choice.title, "target": target}


def answer(row: Row) -> Answer:
    choice = AreaChoice(
        key=cells.key(row),
        title=cells.title(row),
        area=cells.optional_area(row, "area_code"),
        line=cells.line_code(row, "line"),
    )
    return Answer(QuestionId(cells.slug(row, "question")), choice)


def answer_cells(value: Answer) -> Written:
    return {
        "question": value.question,
        "key": value.choice.key,
        "area_code": value.choice.area or "",
        "title": value.choice.title,
        "line": value.choice.line,
    }


def chain(row: Row) -> Chain:
    """The hops of a line; "0" in the place of the line says what 0 leads to."""
    human = row.text("line") == HUMAN
    line = LineCode(HUMAN) if human else cells.line_code(row, "line")
    return Chain(line, tuple(_hop(row, word) for word in row.text("hops").split()))


def chain_cells(value: Chain) -> Written:
    return {"line": value.line, "hops": " ".join(map(_word, value.hops))}


def menu_of(choices: Iterable[Listed], answers: Iterable[Answer], human: tuple[Hop, ...]) -> Menu:
    """The tree; a node takes its title from the first choice that leads to it."""
    levels: dict[NodeId, list[Choice]] = defaultdict(list)
    asked: dict[QuestionId, list[AreaChoice]] = defaultdict(list)
    for each in choices:
        levels[each.node].append(each.choice)
    for answered in answers:
        asked[answered.question].append(answered.choice)
    titles = _titles(choice for level in levels.values() for choice in level)
    nodes = tuple(Node(node, titles.get(node, ""), tuple(of)) for node, of in levels.items())
    questions = tuple(AreaQuestion(question, tuple(of)) for question, of in asked.items())
    return Menu(ROOT, nodes, questions, human)


def read_target(row: Row) -> Target:
    """The column `target` of a menu choice or a matter."""
    kind, _, name = row.text("target").partition(":")
    match kind:
        case "node" if cells.SLUG.fullmatch(name):
            return ToNode(NodeId(name))
        case "line" if cells.LINE.fullmatch(name):
            return ToLine(LineCode(name))
        case "area" if cells.SLUG.fullmatch(name):
            return ToQuestion(QuestionId(name))
        case "service" if name in {service.value for service in Service}:
            return ToService(Service(name))
        case _:
            return row.bad("target", "应为 node:菜单、line:热线、area:问题 或 service:progress")


def write_target(target: Target) -> str:
    """The cell that `read_target` reads as this target."""
    match target:
        case ToNode(node):
            return f"node:{node}"
        case ToLine(line):
            return f"line:{line}"
        case ToQuestion(question):
            return f"area:{question}"
        case ToService(service):
            return f"service:{service.value}"


def _titles(choices: Iterable[Choice]) -> dict[NodeId, str]:
    titles: dict[NodeId, str] = {}
    for choice in choices:
        if isinstance(choice.target, ToNode):
            titles.setdefault(choice.target.node, choice.title)
    return titles


def _hop(row: Row, word: str) -> Hop:
    if word == QUEUE:
        return QueueHop()
    if word == MESSAGE:
        return MessageHop()
    if not cells.LINE.fullmatch(word):
        row.bad("hops", f"“{word[:20]}”不对，应为热线编号、QUEUE 或 MESSAGE")
    return LineHop(LineCode(word))


def _word(hop: Hop) -> str:
    match hop:
        case LineHop(line):
            return line
        case QueueHop():
            return QUEUE
        case MessageHop():
            return MESSAGE
