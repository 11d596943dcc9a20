"""May this table be published? Nobody must get stuck in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from routing.check_chains import CHAIN_RULES
from routing.check_directory import DIRECTORY_RULES
from routing.check_menu import MENU_RULES
from routing.check_notices import NOTICE_RULES
from routing.problem import Problem
from routing.table import RoutingTable

Rule = Callable[[RoutingTable], Iterator[Problem]]

RULES: tuple[Rule, ...] = (*DIRECTORY_RULES, *MENU_RULES, *CHAIN_RULES, *NOTICE_RULES)


def check(table: RoutingTable) -> tuple[Problem, ...]:
    """Everything wrong with the table, each once, in the order of the rules; empty: publish it."""
    return tuple(dict.fromkeys(found for rule in RULES for found in rule(table)))
