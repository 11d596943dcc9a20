"""Reading the menu tree, the area questions and the chains from their CSV files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from routing import cells
from routing.chain import Hop, LineHop, MessageHop, QueueHop
from routing.ids import AreaCode, LineCode, NodeId, QuestionId
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
from routing.rows import Row, read_rows

ROOT = NodeId("root")


def load_menu(folder: Path, human: tuple[Hop, ...]) -> Menu:
    """The tree of menu.csv; a node takes its title from the first choice that leads to it."""
    choices: dict[NodeId, list[Choice]] = defaultdict(list)
    for row in read_rows(folder / "menu.csv", ("node", "key", "title", "target")):
        choices[NodeId(cells.slug(row, "node"))].append(_choice(row))
    titles = _titles(choice for listed in choices.values() for choice in listed)
    nodes = tuple(Node(node, titles.get(node, ""), tuple(of)) for node, of in choices.items())
    return Menu(ROOT, nodes, load_questions(folder), human)


def load_questions(folder: Path) -> tuple[AreaQuestion, ...]:
    """Every question has the answers of asked_areas.csv and the lines of questions.csv."""
    columns = ("key", "area_code", "title")
    answers = tuple(map(_answer, read_rows(folder / "asked_areas.csv", columns)))
    rows = read_rows(folder / "questions.csv", ("question", *(answer[0] for answer in answers)))
    return tuple(_question(row, answers) for row in rows)


def load_chains(path: Path) -> dict[LineCode, tuple[Hop, ...]]:
    """The hops of every line; the row "0" says what 0 leads to. A line named twice is refused."""
    chains: dict[LineCode, tuple[Hop, ...]] = {}
    for row in read_rows(path, ("line", "hops")):
        line = _chained(row)
        if line in chains:
            row.bad("line", f"“{line}”已经有一行")
        chains[line] = tuple(_hop(row, word) for word in row.text("hops").split())
    return chains


def _titles(choices: Iterable[Choice]) -> dict[NodeId, str]:
    titles: dict[NodeId, str] = {}
    for choice in choices:
        if isinstance(choice.target, ToNode):
            titles.setdefault(choice.target.node, choice.title)
    return titles


def _choice(row: Row) -> Choice:
    return Choice(cells.key(row), cells.title(row), read_target(row))


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


Answer = tuple[str, str, AreaCode | None]  # key, title, area


def _answer(row: Row) -> Answer:
    return cells.key(row), cells.title(row), cells.optional_area(row, "area_code")


def _question(row: Row, answers: tuple[Answer, ...]) -> AreaQuestion:
    choices = (
        AreaChoice(key, title, area, cells.line_code(row, key)) for key, title, area in answers
    )
    return AreaQuestion(QuestionId(cells.slug(row, "question")), tuple(choices))


def _chained(row: Row) -> LineCode:
    return LineCode(HUMAN) if row.text("line") == HUMAN else cells.line_code(row, "line")


def _hop(row: Row, word: str) -> Hop:
    if word == "QUEUE":
        return QueueHop()
    if word == "MESSAGE":
        return MessageHop()
    if not cells.LINE.fullmatch(word):
        row.bad("hops", f"“{word[:20]}”不对，应为热线编号、QUEUE 或 MESSAGE")
    return LineHop(LineCode(word))
