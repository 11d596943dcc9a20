"""Decisions made when a table was compiled: what is said just as the table has it is not weighed.

The sentences are the examples, the keywords and the titles of lines, from callers of no known area.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

import msgspec

from routing.decision import Candidate, Certainty, Decision, Evidence, Reasons
from routing.ids import AreaCode, LineCode, QuestionId, TableVersion
from routing.reasons import Verdict
from routing.table import RoutingTable


class _Settled(msgspec.Struct, array_like=True, frozen=True):
    intent: str
    number: str
    confidence: float
    certainty: str
    lines: tuple[str, ...]
    chances: tuple[float, ...]
    areas: tuple[str, ...]
    question: str | None


_READER: Final = msgspec.msgpack.Decoder(_Settled)


def settle(decision: Decision) -> bytes:
    """The decision without its reasons and the number of its table."""
    return msgspec.msgpack.encode(
        _Settled(
            decision.intent,
            decision.number,
            decision.confidence,
            decision.certainty.value,
            tuple(each.line for each in decision.candidates),
            tuple(round(each.confidence, 3) for each in decision.candidates),
            decision.areas,
            decision.question,
        )
    )


def settled(
    data: bytes, why: Callable[[Verdict], Sequence[Evidence]], table: TableVersion
) -> Decision:
    """The decision again; `why` finds its reasons when they are asked for."""
    known = _READER.decode(data)
    verdict = Verdict(known.intent, known.number, LineCode(known.lines[0]))
    return Decision(
        known.intent,
        known.number,
        known.confidence,
        Certainty(known.certainty),
        tuple(map(Candidate, map(LineCode, known.lines), known.chances)),
        tuple(map(AreaCode, known.areas)),
        QuestionId(known.question) if known.question else None,
        Reasons(partial(why, verdict)),
        table,
    )


def number_of(data: bytes) -> str:
    """The number to connect at once, or ''."""
    return _READER.decode(data).number


def sentences(table: RoutingTable) -> Iterator[str]:
    """What is decided beforehand."""
    yield from (example.text for example in table.lexicon.examples)
    yield from (line.title for line in table.directory.lines)
    for keyword in table.lexicon.keywords:
        yield from keyword.wordings
