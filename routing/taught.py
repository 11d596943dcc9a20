"""The part of a table that a router is learned from.

Learning takes the better part of a minute. A number, service hours, a chain, a contact, a notice or
a menu changes nothing of it, so a table that differs in these has the same router.
"""

from __future__ import annotations

from attrs import evolve

from routing.directory import Consolidation, Directory, NumberKind
from routing.hours import ALWAYS
from routing.ids import NodeId
from routing.menu import Menu, Node, ToNode
from routing.table import RoutingTable


def taught_by(table: RoutingTable) -> RoutingTable:
    """The table with everything blank that says nothing about words and places."""
    return RoutingTable(
        directory=_directory(table.directory),
        menu=_menu(table),
        chains=(),
        notices=(),
        lexicon=table.lexicon,
    )


def _directory(directory: Directory) -> Directory:
    return Directory(
        units=tuple(evolve(unit, name="", short_name="", category="") for unit in directory.units),
        lines=tuple(
            evolve(
                line,
                spoken_title="",
                number="",
                number_kind=NumberKind.NATIONAL,
                consolidation=Consolidation.PARALLEL,
                hours=ALWAYS,
            )
            for line in directory.lines
        ),
        areas=directory.areas,
        emergency=tuple(evolve(each, name="", when="") for each in directory.emergency),
    )


def _menu(table: RoutingTable) -> Menu:
    """The questions, and those levels that matters lead to; nothing of how they are spoken."""
    questions = tuple(
        evolve(asked, choices=tuple(evolve(choice, title="") for choice in asked.choices))
        for asked in table.menu.questions
    )
    return Menu(table.menu.root, tuple(_levels(table)), questions, ())


def _levels(table: RoutingTable) -> list[Node]:
    waiting = [
        matter.target.node for matter in table.lexicon.matters if isinstance(matter.target, ToNode)
    ]
    seen: dict[NodeId, Node] = {}
    while waiting:
        name = waiting.pop()
        if name in seen or not table.menu.has_node(name):
            continue
        node = table.menu.node(name)
        choices = tuple(evolve(choice, title="") for choice in node.choices)
        seen[name] = Node(name, "", choices)
        waiting += [choice.target.node for choice in choices if isinstance(choice.target, ToNode)]
    return [seen[node.id] for node in table.menu.nodes if node.id in seen]
