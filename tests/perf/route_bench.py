"""What a decision costs, beside simpler ways to find a line: microseconds of CPU a sentence."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

from attrs import evolve, frozen

from routing.decide import Router
from routing.ids import TableVersion
from routing.learn import compile_router
from routing.load import load_table
from routing.table import RoutingTable, publish

from .figures import Table, ratio, show

SENTENCES: Final = 300
ROUNDS: Final = 9
_SEED: Final = 114


@frozen
class Way:
    """One way to decide, and the sentences it is tried on."""

    name: str
    decide: Callable[[str], object]
    sentences: Sequence[str]


def naive(table: RoutingTable) -> Callable[[str], object]:
    """The matter with most keywords in the sentence, each looked for in turn."""
    words = [(word, k.matter) for k in table.lexicon.keywords for word in k.wordings]

    def decide(text: str) -> object:
        found = [matter for word, matter in words if word in text]
        return max(set(found), key=found.count, default=None)

    return decide


def segmented(table: RoutingTable) -> Callable[[str], object] | None:
    """The same over the words that jieba cuts; None where it is not installed."""
    try:
        import jieba  # noqa: PLC0415 - seconds to load, and only compared with
    except ImportError:
        return None
    jieba.setLogLevel(60)
    jieba.initialize()
    words = {word: k.matter for k in table.lexicon.keywords for word in k.wordings}

    def decide(text: str) -> object:
        found = [words[word] for word in jieba.lcut(text) if word in words]
        return max(set(found), key=found.count, default=None)

    return decide


def ways(table: RoutingTable, router: Router) -> tuple[Way, ...]:
    examples = [e.text for e in table.lexicon.examples if 8 <= len(e.text) <= 40]
    Random(_SEED).shuffle(examples)
    known = examples[:SENTENCES]
    unknown = [f"{text}是吧" for text in known]
    garbled = [text.translate(str.maketrans("养公电水金", "杨攻店睡今")) for text in unknown]
    cut = segmented(table)

    def afresh(text: str) -> object:
        return router._decide(text, "", ())

    return (
        Way("said before", router.decide, known),
        Way("an example of the table, first time", afresh, known),
        Way("learned: no example", afresh, unknown),
        Way("misheard", afresh, garbled),
        Way("danger alone", router.danger, unknown),
        Way("naive keyword search", naive(table), unknown),
        *((Way("jieba and keywords", cut, unknown),) if cut else ()),
    )


def cost(way: Way, rounds: int) -> float:
    """Microseconds of CPU a sentence, in the best round."""
    for text in way.sentences:
        way.decide(text)
    return min(_round(way) for _ in range(rounds)) / len(way.sentences) * 1e6


def _round(way: Way) -> float:
    began = time.process_time()
    for text in way.sentences:
        way.decide(text)
    return time.process_time() - began


def compared(table: RoutingTable, router: Router, rounds: int = ROUNDS) -> Table:
    costs = [(way.name, cost(way, rounds)) for way in ways(table, router)]
    base = dict(costs)["naive keyword search"]
    rows = tuple((name, f"{spent:,.1f}", ratio(spent, base)) for name, spent in costs)
    return Table("A decision", ("way", "CPU us/sentence", "ratio"), rows)


def small(table: RoutingTable) -> RoutingTable:
    """Enough to see that the benchmark works."""
    examples = table.lexicon.examples[::100]
    return evolve(table, lexicon=evolve(table.lexicon, examples=examples))


def main(folder: Path, *, quick: bool = False) -> None:
    """Measure and print."""
    del folder
    table = small(load_table()) if quick else load_table()
    snapshot = publish(table, TableVersion(1), datetime.now(UTC))
    began = time.process_time()
    compiled = compile_router(table)
    made = time.process_time() - began
    router = Router.open(snapshot, compiled)
    show(compared(table, router, 1 if quick else ROUNDS))
    show(f"compiling the table: {made:.1f} s of CPU, {len(compiled) / 1e6:.1f} MB\n")
