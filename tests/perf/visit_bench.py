"""A whole visit of the product itself, `hotline serve`, against the load generator.

The caller keys 3, 1, 1 in the menu, hears who is responsible, asks for a human (0), is served in
the queue and rates the call with 1: every sentence is played to its end. The switch's manager
interface is away, so this is the price of the calls alone: flow, routing, place on the channel,
SQLite ledger, log and metrics.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from .agi_load import Plan
from .figures import Table, micro, quantile, show
from .measured import Cell, measure
from .processes import ROOT, free_port, memory, on_callers_core, program
from .switch_script import visitor

KEYS: Final = "31101"
HOTLINE: Final = Path(sys.executable).with_name("hotline")
APART: Final = 1 << 20  # between the numbers of two runs: every call has an id of its own
AGES: Final = (1_000, 9_000, 10_000, 10_000)  # calls between one look at the memory and the next


@frozen
class Service:
    """A running service without a switch."""

    pid: int
    port: int
    home: Path

    @property
    def records(self) -> int:
        """Calls that its database has."""
        with contextlib.closing(sqlite3.connect(self.home / "hotline.db", timeout=30)) as database:
            return int(database.execute("select count(*) from call_record").fetchone()[0])


@contextlib.contextmanager
def service(folder: Path) -> Iterator[Service]:
    """`hotline init` and `hotline serve` in a folder of its own."""
    agi = free_port()
    web, ami = free_port(agi + 1), free_port(agi + 200)  # nobody is at `ami`
    known = {
        "HOTLINE_HOME": str(folder / "home"),
        "HOTLINE_AGI__PORT": str(agi),
        "HOTLINE_WEB__PORT": str(web),
        "HOTLINE_AMI__PORT": str(ami),
        "HOTLINE_SPEECH__ENGINE": "off",
    }
    environment = {**os.environ, **known}
    subprocess.run(  # noqa: S603 - a list, never a shell
        [HOTLINE, "init"], env=environment, cwd=ROOT, check=True, capture_output=True, timeout=120
    )
    with program([HOTLINE, "serve"], agi, folder / "service.log", **known) as process:
        yield Service(process.pid, agi, folder / "home")


def visits(folder: Path, *, calls: int = 1000) -> Table:
    """What a visit costs, by the number of callers at once and with arrivals on a schedule."""
    plans = {
        "1 at once": (1, 0.0, max(calls // 5, 1)),
        "100 at once": (100, 0.0, calls),
        "20 arriving a second": (500, 20.0, max(calls // 5, 1)),
        "160 arriving a second": (2000, 160.0, calls * 2),
    }
    with on_callers_core(), service(folder) as ours:
        _run(ours, calls=max(calls // 10, 1), at_once=20)
        before = ours.records
        cells = {name: _run(ours, *plan) for name, plan in plans.items()}
        kept = ours.records - before
    made = sum(cell.tally.ended for cell in cells.values())
    rows = tuple(_row(name, cell) for name, cell in cells.items())
    return Table("A whole visit, FastAGI to SQLite", HEAD, rows, (f"{made} made, {kept} kept.",))


HEAD: Final = (
    "callers",
    "calls",
    "commands a call",
    "CPU ms a call",
    "CPU us a command",
    "calls/s",
    "core share",
    "turn p50 us",
    "p99 us",
    "failed",
)


def _row(name: str, cell: Cell) -> tuple[str, ...]:
    tally = cell.tally
    return (
        name,
        f"{tally.ended:,}",
        f"{tally.commands / max(1, tally.ended):.0f}",
        f"{cell.used / max(1, tally.ended) * 1e3:.2f}",
        f"{cell.cpu:.1f}",
        f"{cell.rate:,.0f}",
        f"{cell.used / tally.seconds:.2f}",
        micro(quantile(tally.turns, 0.5)),
        micro(quantile(tally.turns, 0.99)),
        str(tally.failed),
    )


_numbers = iter(range(1, 1 << 40, APART))


def _run(ours: Service, at_once: int, rate: float = 0.0, calls: int = 1) -> Cell:
    plan = Plan(
        port=ours.port,
        calls=calls,
        at_once=at_once,
        rate=rate,
        caller=visitor(KEYS),
        first=next(_numbers),
        longest=120.0,
    )
    return measure(ours.pid, plan)


def ageing(folder: Path, *, ages: tuple[int, ...] = AGES) -> Table:
    """The memory of a service that has served a thousand calls, ten thousand, and on."""
    with on_callers_core(), service(folder) as ours:
        sizes = [(0, memory(ours.pid))]
        for calls in ages:
            cell = _run(ours, calls=calls, at_once=100)
            sizes.append((sizes[-1][0] + cell.tally.ended, memory(ours.pid)))
        kept = ours.records
    rows = tuple((f"{served:,}", f"{size:.1f}") for served, size in sizes)
    grown = sizes[-1][1] - sizes[-2][1]
    verdict = f"{kept:,} records kept; over the last {ages[-1]:,} calls {grown:+.1f} MiB."
    return Table("Memory of the service", ("calls served", "resident MiB"), rows, (verdict,))


def main(folder: Path, *, quick: bool = False) -> None:
    """Measure and print."""
    show(visits(_new(folder, "visits"), calls=20 if quick else 1000))


def memory_main(folder: Path, *, quick: bool = False) -> None:
    show(ageing(_new(folder, "ageing"), ages=(20, 20) if quick else AGES))


def _new(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name
