"""The small steps of a call's decisions, each alone: microseconds, the best of several rounds."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from attrs import frozen

from agi_scripts import words
from agi_scripts.place import Place, read_mark, write_mark
from ivr.calls.journey import Journey
from ivr.kernel.clock import CHINA, SystemClock
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.sound import flat
from ivr.telephony.call import CallFacts
from ivr.wire.agi import Decoder
from prompts.sound_library import COMMITTED, Library
from routing.calendar import Calendar
from routing.chain import hops
from routing.ids import LineCode, TableVersion
from routing.load import load_table
from routing.table import from_json, publish, to_json

from .figures import Table, show

LINE: Final = LineCode("H090")
ROUNDS: Final = 7
ENOUGH: Final = 0.05  # seconds a round takes
SLOW: Final = 0.05  # seconds; a step that takes longer is done once a round
REPLIES: Final = b"200 result=0 endpos=16000\n"


@frozen
class Step:
    name: str
    work: Callable[[], object]


def steps() -> tuple[Step, ...]:
    """Everything on the published table of the product, the whole one."""
    table = load_table()
    snapshot = publish(table, TableVersion(1), datetime.now(CHINA))
    text, library = to_json(snapshot), Library((COMMITTED,))
    levels = table.menu.nodes
    fullest = max(levels, key=lambda node: len(node.choices))
    greeting = flat(words.menu_level(fullest))[0]
    line, calendar, now = table.directory.line(LINE), Calendar(), datetime.now(CHINA)
    facts = CallFacts(CallId("1790000000.1"), PhoneNumber("13804730001"))
    journey = Journey(facts, snapshot.number, "n1", SystemClock(), lambda _: None)
    mark = write_mark(Place(), journey)
    decoder = Decoder(environment=False)
    return (
        Step("table from its CSV files, checked", load_table),
        Step("published table from JSON, hash verified", lambda: from_json(text)),
        Step("prompt library, indexed", lambda: Library((COMMITTED,))),
        Step("hops of a line", lambda: hops(table, LINE)),
        Step("is the line open", lambda: line.hours.is_open(now, calendar)),
        Step("notices for everyone", lambda: table.notices_for(None, now)),
        Step("words of the fullest menu level", lambda: flat(words.menu_level(fullest))),
        Step("words that introduce a line", lambda: flat((words.introduction(table, line),))),
        Step("locate a clip", lambda: library.locate(greeting)),
        Step("write the place of a call", lambda: write_mark(Place(), journey)),
        Step("read the place of a call", lambda: read_mark(mark, journey)),
        Step("decode a reply of AGI", lambda: decoder.feed(REPLIES)),
    )


def best(work: Callable[[], object], *, rounds: int, enough: float) -> float:
    """Seconds for one time, in the best round."""
    began = time.perf_counter()
    work()
    once = time.perf_counter() - began
    times = 1 if once > SLOW else max(1, int(enough / max(once, 1e-7)))
    return min(_round(work, times) for _ in range(rounds)) / times


def _round(work: Callable[[], object], times: int) -> float:
    gc.collect()
    began = time.perf_counter()
    for _ in range(times):
        work()
    return time.perf_counter() - began


def table(*, rounds: int = ROUNDS, enough: float = ENOUGH) -> Table:
    rows = tuple(
        (step.name, f"{best(step.work, rounds=rounds, enough=enough) * 1e6:,.1f}")
        for step in steps()
    )
    return Table("Steps of a decision", ("step", "us"), rows)


def main(folder: Path, *, quick: bool = False) -> None:
    """Measure and print."""
    show(table(rounds=1, enough=0.001) if quick else table())
