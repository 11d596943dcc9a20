"""FastAGI servers side by side: the same twelve commands, each server in a process of its own.

Rounds are interleaved, so that a slow moment of the machine falls on all; each cell is the best
round of its server. A ratio of CPU is the median of those of each round, which no lucky moment of
one server moves; that of calls is between bests.
"""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from attrs import evolve, frozen

from .agi_load import Plan, load
from .figures import Table, micro, quantile, ratio, show
from .measured import Cell, measure
from .processes import DidNotStart, free_port, on_callers_core, program, python

TARGET: Final = 0.35  # of asyncio streams, by the design
BASE: Final = "asyncio streams"
OURS: Final = "hotline, logging and metrics on"
HEAD: Final = (
    "server",
    "CPU us/command",
    "ratio",
    "rounds",
    "calls/s",
    "ratio",
    "turn p50 us",
    "p99 us",
    "failed",
    "MiB",
)


@frozen
class Peer:
    """One server. `needs` is the package without which it is left out."""

    name: str
    module: str
    needs: str
    words: tuple[str, ...] = ()


PEERS: Final = (
    Peer(OURS, "ours", "ivr"),
    Peer(BASE, "streams", "asyncio"),
    Peer("the same, closing as documented, a log line", "streams", "asyncio", ("documented",)),
    Peer("bare protocol on uvloop: the floor", "floor", "uvloop"),
    Peer("asyncio streams on uvloop", "streams", "uvloop", ("uvloop",)),
    Peer("panoramisk", "panoramisk_server", "panoramisk"),
    Peer("panoramisk on uvloop", "panoramisk_server", "panoramisk", ("uvloop",)),
    Peer("pystrix, threads", "pystrix_server", "pystrix"),
    Peer("pyst2, threads", "pyst2_server", "asterisk"),
)


@frozen
class Server:
    """A peer that runs."""

    name: str
    pid: int
    port: int


@frozen
class Field:
    """Who takes part, and why the others do not."""

    servers: tuple[Server, ...]
    absent: tuple[str, ...]


@contextlib.contextmanager
def field_of(peers: Sequence[Peer], folder: Path) -> Iterator[Field]:
    """Every peer that is installed and starts, warm."""
    servers: list[Server] = []
    absent: list[str] = []
    with contextlib.ExitStack() as running:
        for peer in peers:
            try:
                servers.append(running.enter_context(_serving(peer, folder)))
            except DidNotStart as why:
                absent.append(f"Left out: {peer.name} ({why}).")
        yield Field(tuple(servers), tuple(absent))


@contextlib.contextmanager
def _serving(peer: Peer, folder: Path) -> Iterator[Server]:
    if importlib.util.find_spec(peer.needs) is None:
        raise DidNotStart("not installed: pip install -e '.[bench]'")
    port = free_port()
    words = python(f"tests.perf.peers.{peer.module}", str(port), *peer.words)
    with program(words, port, folder / f"{peer.module}-{port}.log") as process:
        load(Plan(port=port, calls=100, at_once=20, longest=10))
        yield Server(peer.name, process.pid, port)


def compare(
    folder: Path,
    *,
    callers: Sequence[int] = (1, 100, 1000),
    calls: int = 3000,
    rounds: int = 5,
    peers: Sequence[Peer] = PEERS,
) -> list[Table]:
    """A table for each number of callers. One caller alone makes a quarter of the `calls`."""
    cells: dict[tuple[int, str], list[Cell]] = {}
    with on_callers_core(), field_of(peers, folder) as field:
        for at_once, server in _turns(rounds, callers, field.servers):
            plan = Plan(port=server.port, calls=max(calls // 4, 1), at_once=at_once)
            plan = plan if at_once == 1 else evolve(plan, calls=calls)
            cells.setdefault((at_once, server.name), []).append(measure(server.pid, plan))
    return [_table(at_once, cells, field) for at_once in callers]


def _turns(
    rounds: int, callers: Sequence[int], servers: Sequence[Server]
) -> Iterator[tuple[int, Server]]:
    for _ in range(rounds):
        for at_once in callers:
            for server in servers:
                yield at_once, server


def _table(at_once: int, cells: Mapping[tuple[int, str], Sequence[Cell]], field: Field) -> Table:
    best = {
        server.name: min(cells[at_once, server.name], key=lambda cell: cell.cpu)
        for server in field.servers
    }
    rounds = {name: cells[at_once, name] for name in best}
    rows = tuple(_row(name, rounds, best) for name in best)
    notes = (_verdict(rounds), *field.absent)
    title = f"{at_once:,} caller{'s' if at_once > 1 else ''} at once"
    return Table(f"FastAGI, {title}", HEAD, rows, notes)


def _row(
    name: str, rounds: Mapping[str, Sequence[Cell]], best: Mapping[str, Cell]
) -> tuple[str, ...]:
    cells, cell, base = rounds[name], best[name], best.get(BASE)
    turns = cell.tally.turns
    return (
        name,
        f"{cell.cpu:.1f}",
        f"{_share(cells, rounds[BASE]):.2f}" if base else "-",
        f"{min(c.cpu for c in cells):.1f}-{max(c.cpu for c in cells):.1f}",
        f"{cell.rate:,.0f}",
        ratio(cell.rate, base.rate if base else 0),
        micro(quantile(turns, 0.5)),
        micro(quantile(turns, 0.99)),
        str(sum(c.tally.failed for c in cells)),
        f"{cell.memory:.0f}",
    )


def _share(cells: Sequence[Cell], base: Sequence[Cell]) -> float:
    """Of the base's CPU, by the rounds that were beside each other."""
    return median(ours.cpu / theirs.cpu for ours, theirs in zip(cells, base, strict=True))


def _verdict(rounds: Mapping[str, Sequence[Cell]]) -> str:
    if OURS not in rounds or BASE not in rounds:
        return "Ours or the base did not run: nothing to compare."
    share = _share(rounds[OURS], rounds[BASE])
    held = "held" if share <= TARGET else "missed"
    return f"Target: CPU a command at most {TARGET} of {BASE}; measured {share:.2f}: {held}."


def main(folder: Path, *, quick: bool = False) -> None:
    """Measure and print."""
    short = {"callers": (1, 20), "calls": 40, "rounds": 1}
    for table in compare(folder, **(short if quick else {})):
        show(table)
