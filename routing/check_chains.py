"""Rules for the chains: each begins at its line, wanders nowhere twice, ends at people."""

from __future__ import annotations

from collections.abc import Iterator

from routing.chain import LAST_RESORT, MAX_HOPS, Chain, LineHop
from routing.check_directory import twice
from routing.ids import LineCode
from routing.problem import Problem, problem
from routing.table import RoutingTable


def every_line_has_a_chain(table: RoutingTable) -> Iterator[Problem]:
    for line in table.directory.lines:
        if table.chain(line.code) is None:
            yield problem("chain-missing", line.code)
    for code in twice(chain.line for chain in table.chains):
        yield problem("chain-twice", code)


def chains_begin_and_end(table: RoutingTable) -> Iterator[Problem]:
    for chain in table.chains:
        if chain.hops[:1] != (LineHop(chain.line),):
            yield problem("chain-start", chain.line)
        if chain.hops[-len(LAST_RESORT) :] != LAST_RESORT:
            yield problem("chain-end", chain.line)


def chains_do_not_wander(table: RoutingTable) -> Iterator[Problem]:
    for chain in table.chains:
        if len(set(chain.hops)) < len(chain.hops):
            yield problem("chain-repeats", chain.line)
        if len(chain.hops) > MAX_HOPS:
            count = len(chain.hops)
            yield problem("chain-too-long", chain.line, count=count, most=MAX_HOPS)


def chained_lines_exist(table: RoutingTable) -> Iterator[Problem]:
    for chain in table.chains:
        for target in _lines(chain):
            if not table.directory.has_line(target):
                yield problem("chain-target-missing", chain.line, target=target)


def _lines(chain: Chain) -> list[LineCode]:
    return [chain.line, *(hop.line for hop in chain.hops if isinstance(hop, LineHop))]


CHAIN_RULES = (
    every_line_has_a_chain,
    chains_begin_and_end,
    chains_do_not_wander,
    chained_lines_exist,
)
