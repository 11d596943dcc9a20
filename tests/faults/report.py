"""What a run saw, as tables and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from attrs import asdict

from tests.faults.campaign import Result
from tests.faults.kills import Killed
from tests.faults.ledger import Verdict

HEAD = (
    "| # | fault | phase | offered | dropped | lost | doubled | unexpected | silence s | green s |"
)
RULE = "| - | - | - | - | - | - | - | - | - | - |"


def table(results: Sequence[Result]) -> Iterator[str]:
    """One line a fault; phases stand alone only where something went wrong."""
    yield HEAD
    yield RULE
    for result in results:
        if result.skipped:
            yield (
                f"| {result.number} | {result.fault} | not injected: {result.skipped} |" + " |" * 7
            )
            continue
        yield _line(result, "all", result.verdicts.values(), f"{result.green:.0f}")
        for phase, verdict in result.verdicts.items():
            if not verdict.clean:
                yield _line(result, phase, [verdict], "")


def _line(result: Result, phase: str, verdicts: Iterable[Verdict], green: str) -> str:
    some = list(verdicts)
    counts = [
        sum(each.offered for each in some),
        *(sum(len(getattr(each, name)) for each in some) for name in _COUNTED),
    ]
    silence = max((each.silence for each in some), default=0.0)
    cells = [result.number, result.fault, phase, *counts, f"{silence:.1f}", green]
    return "| " + " | ".join(map(str, cells)) + " |"


_COUNTED = ("dropped", "lost", "doubled", "unexpected")


def of_kills(result: Killed) -> Iterator[str]:
    """A run of kills in a few lines."""
    verdict, silent, told = result.verdict, result.silences(), result.told
    yield (
        f"seed {result.seed}: {result.kills} kills in {result.seconds:.0f} s; "
        f"offered {verdict.offered}, answered {verdict.answered}, "
        f"dropped {len(verdict.dropped)}, tickets {verdict.tickets}, lost {len(verdict.lost)}, "
        f"doubled {len(verdict.doubled)}, unexpected {len(verdict.unexpected)}, "
        f"recordings of nobody {len(result.orphans)}"
    )
    yield (
        f"numbers told {sum(bool(each.numbers) for each in told)}, "
        f"messages kept {sum(each.kept for each in told)}, "
        f"asked how it was {sum(each.served for each in told)}; "
        f"longest silence p50 {silent[len(silent) // 2]:.1f} "
        f"p99 {silent[int(len(silent) * 0.99)]:.1f} max {silent[-1]:.1f} s; "
        f"all green {result.green:.1f} s after the last call"
    )
    for what, gaps in (
        ("a kill", result.gaps()),
        ("a kill of every node", result.gaps(all_dead=True)),
    ):
        if gaps:
            yield (
                f"without a voice at {what}: {len(gaps)} times a caller was on the line, "
                f"p50 {gaps[len(gaps) // 2]:.1f} p95 {gaps[int(len(gaps) * 0.95)]:.1f} "
                f"p99 {gaps[int(len(gaps) * 0.99)]:.1f} max {gaps[-1]:.1f} s"
            )
    yield f"callers: {dict(result.goals)}"
    yield from verdict.lines()
    yield from (f"recording of nobody: {name}" for name in result.orphans)


def write(path: Path, seed: int, results: Sequence[Result]) -> None:
    """Everything, for whoever looks closer."""
    found = {"seed": seed, "results": [asdict(each) for each in results]}
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
