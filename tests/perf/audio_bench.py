"""Duplex AudioSocket streams: what one costs, and how well the beat is kept, side by side.

Each server in a process of its own on one core, the callers on the other. Rounds are interleaved;
a row is the server's best round by CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

from .audio_load import WARM, Crowd, Heard, connect, hang_up, talk
from .figures import Table, quantile, ratio, show
from .processes import cpu, free_port, memory, on_callers_core, program, python

OURS: Final = "hotline"
BASE: Final = "asyncio streams, tasks a stream"
SHARE: Final = 0.25  # % of a core a stream, by the design
JITTER: Final = 5.0  # ms, p99
HEAD: Final = (
    "server",
    "% of a core a stream",
    "CPU us a frame",
    "ratio",
    "rounds",
    "streams a core",
    "frames/s a stream",
    "jitter p50 ms",
    "p99 ms",
    "worst ms",
    "broken",
    "MiB",
)
PEERS: Final = (
    (OURS, "audio_ours", ()),
    (BASE, "audio_naive", ()),
    ("the same on uvloop", "audio_naive", ("uvloop",)),
)


@frozen
class Round:
    """One round of one server."""

    heard: Heard
    used: float
    memory: float
    streams: int

    @property
    def share(self) -> float:
        """% of a core a stream."""
        return self.used / self.heard.seconds / self.streams * 100

    @property
    def cost(self) -> float:
        """Microseconds of CPU for a frame out and a frame in: who plays fewer is not cheaper."""
        return self.used / max(1, self.heard.frames) * 1e6


def measure(module: str, words: Sequence[str], streams: int, seconds: float, folder: Path) -> Round:
    port = free_port(34573)
    command = python(f"tests.perf.peers.{module}", str(port), *words)
    with program(command, port, folder / f"{module}-{port}.log") as process:
        callers = connect(Crowd(port, streams, seconds))
        talk(callers, WARM)
        before = cpu(process.pid)
        heard = talk(callers, seconds)
        used = cpu(process.pid) - before
        held = memory(process.pid)
        hang_up(callers)
    return Round(heard, used, held, streams)


def compare(folder: Path, streams: int, *, seconds: float = 6.0, rounds: int = 3) -> Table:
    """Every server with so many streams."""
    done: dict[str, list[Round]] = {}
    with on_callers_core():
        for _ in range(rounds):
            for name, module, words in PEERS:
                done.setdefault(name, []).append(measure(module, words, streams, seconds, folder))
    best = {name: min(each, key=lambda one: one.cost) for name, each in done.items()}
    rows = tuple(_row(name, done[name], best[name], best[BASE].cost) for name in done)
    return Table(f"AudioSocket, {streams} duplex streams", HEAD, rows, (_verdict(best[OURS]),))


def _row(name: str, every: Sequence[Round], best: Round, base: float) -> tuple[str, ...]:
    jitter = best.heard.jitter
    return (
        name,
        f"{best.share:.3f}",
        f"{best.cost:.1f}",
        ratio(best.cost, base),
        f"{min(r.cost for r in every):.1f}-{max(r.cost for r in every):.1f}",
        f"{100 / best.share:,.0f}",
        f"{best.heard.frames / best.heard.seconds / best.streams:.2f}",
        f"{quantile(jitter, 0.5) / 1e6:.2f}",
        f"{quantile(jitter, 0.99) / 1e6:.2f}",
        f"{max(jitter, default=0) / 1e6:.1f}",
        str(sum(r.heard.broken for r in every)),
        f"{best.memory:.0f}",
    )


def _verdict(ours: Round) -> str:
    p99 = quantile(ours.heard.jitter, 0.99) / 1e6
    cost = "held" if ours.share <= SHARE else "missed"
    beat = "held" if p99 <= JITTER else "missed"
    return (
        f"Targets: {SHARE} % of a core a stream, {cost}; p99 jitter under {JITTER:.0f} ms, {beat}."
    )


def main(folder: Path, *, quick: bool = False) -> None:
    """Measure and print."""
    for streams in (20,) if quick else (100, 300):
        short = {"seconds": 1.0, "rounds": 1} if quick else {}
        show(compare(folder, streams, **short))
