"""May this table be published? Nobody must get stuck in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from routing.check_chains import CHAIN_RULES
from routing.check_directory import DIRECTORY_DOUBTS, DIRECTORY_RULES
from routing.check_lexicon import LEXICON_DOUBTS, LEXICON_RULES
from routing.check_menu import MENU_RULES
from routing.check_notices import NOTICE_RULES
from routing.problem import Problem
from routing.table import RoutingTable

Rule = Callable[[RoutingTable], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    *DIRECTORY_RULES,
    *MENU_RULES,
    *CHAIN_RULES,
    *NOTICE_RULES,
    *LEXICON_RULES,
)
DOUBTS: tuple[Rule, ...] = (*DIRECTORY_DOUBTS, *LEXICON_DOUBTS)


def check(table: RoutingTable) -> tuple[Problem, ...]:
    """Everything wrong with the table, each once, in the order of the rules; empty: publish it."""
    return _found(RULES, table)


def doubts(table: RoutingTable) -> tuple[Problem, ...]:
    """What an editor should look at and may still publish; takes a second."""
    return _found(DOUBTS, table)


def _found(rules: tuple[Rule, ...], table: RoutingTable) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(found for rule in rules for found in rule(table)))
