"""Whole calls to 114 on a real Asterisk: what our service uses beside what Asterisk uses.

Three crowds. The patient ones key 3, 1, 1, hear who is responsible, ask for a human, are told that
none is there, leave a message and hear its number to the end: greeting, digits, decision, queue,
recording and ticket. The hurried ones arrive at a rising rate up to 160 a second, key through the
menu, ask for a human and hang up. Fickle ones hang up after a second of the greeting: the least
that Asterisk can be asked to do for a call, to see arrivals where it would be full of the others.
"""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path
from typing import Final

from attrs import frozen

from tests.e2e.hotline import Hotline, start

from .figures import Table, quantile, ratio, show
from .processes import cpu, memory
from .sip_crowd import NATIONAL, Act, Crowd, Rush, Seen

TARGET: Final = 0.25  # of Asterisk's CPU, by the design
PATIENT: Final = (
    *(Act(at, key) for at, key in ((1.0, "3"), (1.6, "1"), (2.2, "1"), (4.5, "0"))),
    Act(20.0, speak=5.0),  # after 到人工 2.8 s, 无人 4.6 s, the invitation 7.7 s and the beep
    Act(25.5, "#"),
    Act(27.5, "1"),
)
HURRIED: Final = (
    *(Act(at, key) for at, key in ((0.3, "3"), (0.5, "1"), (0.7, "1"), (1.3, "0"))),
    Act(2.5),
)
FICKLE: Final = (Act(1.0),)
PORTS: Final = {
    "HOTLINE_SWITCH__SIP_PORT": "34060",
    "HOTLINE_SWITCH__EXCHANGE_PORT": "34565",
    "HOTLINE_SWITCH__RTP_FIRST": "40000",
    "HOTLINE_SWITCH__RTP_LAST": "47999",
    "HOTLINE_AGI__PORT": "34573",
    "HOTLINE_AMI__PORT": "34038",
    "HOTLINE_WEB__PORT": "34114",
    "HOTLINE_CALLS__MESSAGE_SILENCE": "3",
}
TOO_MANY: Final = 0.1  # of the calls failed: the machine is full, faster shows no more
WRITTEN: Final = 10.0  # seconds within which the last call record is in the database
RATES: Final = (20.0, 40.0, 80.0, 120.0, 160.0)
HEAD: Final = (
    "arriving",
    "calls",
    "failed",
    "answer p50 ms",
    "p99 ms",
    "at once",
    "service ms/call",
    "Asterisk ms/call",
    "ratio",
    "cores, service",
    "cores, Asterisk",
    "crowd late ms",
)


_numbers = count(100_000, 100_000)  # of the first caller of each rush


@frozen
class Use:
    """Seconds of CPU of the service and of Asterisk."""

    service: float
    asterisk: float

    @classmethod
    def until_now(cls, hotline: Hotline) -> Use:
        return cls(cpu(hotline.service), cpu(int(hotline.facts["pids"]["asterisk"])))

    def less(self, other: Use) -> Use:
        return Use(self.service - other.service, self.asterisk - other.asterisk)

    def times(self, factor: float) -> Use:
        return Use(self.service * factor, self.asterisk * factor)

    @property
    def share(self) -> float:
        return self.service / self.asterisk if self.asterisk > 0 else 0.0


@frozen
class Outcome:
    """One rush and what it cost, less what both use while nobody calls."""

    rush: Rush
    seen: Seen
    use: Use
    kept: int  # call records written
    reached: int  # of them, as far as the script goes


@frozen
class Scene:
    """Callers who do the same, and the step of the flow that all of them come to."""

    who: str
    script: tuple[Act, ...]
    reaches: str


HURRIED_CALLERS: Final = Scene("hurried callers", HURRIED, "operator")
FICKLE_CALLERS: Final = Scene("fickle callers", FICKLE, "menu.root")


def rush_in(hotline: Hotline, rush: Rush, reaches: str, idle: Use) -> Outcome:
    """Let them come, and read what the hotline wrote down. `idle` is what a second costs."""
    before = Use.until_now(hotline)
    seen = Crowd(hotline.sip, rush).run()
    use = Use.until_now(hotline).less(before).less(idle.times(seen.seconds))
    kept = _records(hotline, rush, seen.offered)
    reached = sum(f'"{reaches}"' in steps for steps in kept)
    return Outcome(rush, seen, use, len(kept), reached)


def _records(hotline: Hotline, rush: Rush, expected: int) -> list[str]:
    """The steps of each call of a rush; the last are written when their callers have gone."""
    query = "select steps from call_record where substr(caller, 4) between ? and ?"
    among = (f"{rush.first:08d}", f"{rush.first + rush.calls - 1:08d}")
    until = time.monotonic() + WRITTEN
    while len(rows := hotline.rows(query, *among)) < expected and time.monotonic() < until:
        time.sleep(0.2)
    return [str(row["steps"]) for row in rows]


def whole_calls(hotline: Hotline, idle: Use, *, rate: float = 3.0, seconds: float = 40.0) -> Table:
    """The patient ones."""
    outcome = rush_in(hotline, Rush(rate, seconds, PATIENT), "number-told", idle)
    held = "held" if outcome.use.share <= TARGET else "missed"
    notes = (
        _kept(outcome, "heard the number of their ticket"),
        f"Target: at most {TARGET} of Asterisk's CPU; measured {outcome.use.share:.2f}: {held}.",
    )
    return Table("Whole calls on Asterisk: message and ticket", HEAD, (_row(outcome),), notes)


def rising(
    hotline: Hotline,
    idle: Use,
    scene: Scene,
    *,
    rates: tuple[float, ...] = RATES,
    seconds: float = 10.0,
) -> Table:
    """One crowd at one rate after the other, until a tenth of the calls fail."""
    outcomes: list[Outcome] = []
    for rate in rates:
        rush = Rush(rate, seconds, scene.script, first=next(_numbers))
        outcomes.append(rush_in(hotline, rush, scene.reaches, idle))
        if outcomes[-1].seen.failed > TOO_MANY * rush.calls:
            break
    failed = sum(outcome.seen.failed for outcome in outcomes)
    notes = (
        *(_kept(outcome, f"came to {scene.reaches}") for outcome in outcomes),
        f"Failed in all: {failed}. Answer time the nation asks for: {NATIONAL:.0f} s.",
    )
    rows = tuple(_row(outcome) for outcome in outcomes)
    return Table(f"Arrivals rising, {scene.who}", HEAD, rows, notes)


def idle_use(hotline: Hotline, seconds: float) -> Use:
    """What both use in a second in which nobody calls."""
    before = Use.until_now(hotline)
    time.sleep(seconds)
    return Use.until_now(hotline).less(before).times(1 / seconds)


def _row(outcome: Outcome) -> tuple[str, ...]:
    seen, calls = outcome.seen, max(1, outcome.seen.offered)
    return (
        f"{outcome.rush.rate:g} a second",
        f"{seen.offered:,}",
        str(seen.failed),
        f"{quantile(seen.answers, 0.5) / 1e6:,.0f}",
        f"{quantile(seen.answers, 0.99) / 1e6:,.0f}",
        str(seen.peak),
        f"{outcome.use.service / calls * 1e3:.1f}",
        f"{outcome.use.asterisk / calls * 1e3:.1f}",
        ratio(outcome.use.service, outcome.use.asterisk),
        f"{outcome.use.service / seen.seconds:.2f}",
        f"{outcome.use.asterisk / seen.seconds:.2f}",
        f"{seen.late * 1e3:.0f}",
    )


def _kept(outcome: Outcome, far: str) -> str:
    seen = outcome.seen
    why = ", ".join(f"{name} {number}" for name, number in seen.refusals.items() if number)
    return (
        f"At {outcome.rush.rate:g} a second: {outcome.kept} of {seen.offered} calls recorded, "
        f"{outcome.reached} {far}; resent {seen.resent}{', ' + why if why else ''}."
    )


def main(folder: Path, *, quick: bool = False) -> None:
    """Measure and print."""
    hotline = start(folder / "site", **PORTS)
    try:
        before = memory(hotline.service)
        idle = idle_use(hotline, 1.0 if quick else 10.0)
        show(f"Idle: service {idle.service:.2%} of a core, Asterisk {idle.asterisk:.2%}.\n")
        if quick:
            show(rising(hotline, idle, HURRIED_CALLERS, rates=(4.0,), seconds=2.0))
            return
        show(whole_calls(hotline, idle))
        show(rising(hotline, idle, HURRIED_CALLERS))
        show(rising(hotline, idle, FICKLE_CALLERS))
        after = memory(hotline.service)
        show(f"Memory of the service: {before:.0f} MiB before, {after:.0f} after.")
    finally:
        hotline.stop()
