"""Lines of JSON in, lines of JSON out: the form in which other programs ask for decisions."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from routing.decide import Router
from routing.decision import Decision, Evidence

MAX_LINE: Final = 1024 * 1024  # bytes; a longer line is refused, the next one is read
MAX_TOLD: Final = 200  # characters of a reason


class Asked(msgspec.Struct, frozen=True):
    """A line that is asked; other fields are passed over."""

    id: str | int | float | bool | None
    text: str
    area: str | None = None


_DECODER: Final = msgspec.json.Decoder(Asked)


def answer_lines(lines: Iterable[bytes], router: Router) -> Iterator[str]:
    """One line for each that is not blank, in order; a bad one is answered with its error."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield json.dumps(answer_line(number, line, router), ensure_ascii=False)


def answer_line(number: int, line: bytes, router: Router) -> dict[str, Any]:
    """The answer to one line, its error included; `number` is its place in the input."""
    if len(line) > MAX_LINE:
        return {"id": None, "line": number, "error": f"这一行超过{MAX_LINE}字节"}
    line = line.removeprefix(codecs.BOM_UTF8)  # Windows puts it in front of a file
    try:
        asked = _DECODER.decode(line.strip())
    except (msgspec.MsgspecError, UnicodeDecodeError) as why:
        told = f"这一行不是带有id和text的JSON：{why}"
        return {"id": _id_of(line), "line": number, "error": told[:MAX_TOLD]}
    decision = router.decide(asked.text, asked.area)
    return {"id": asked.id, **as_json(decision)}


def _id_of(line: bytes) -> object:
    """The id of a line that is JSON but not a request, so that whoever asked can find it."""
    try:
        read = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    found = read.get("id") if isinstance(read, dict) else None
    return found if isinstance(found, str | int | float | bool) else None


def as_json(decision: Decision) -> dict[str, Any]:
    """A decision as other programs read it."""
    return {
        "intent": decision.label,
        "ranked": [candidate.line for candidate in decision.candidates],
        "confidence": decision.confidence,
        "certainty": decision.certainty.value,
        "question": decision.question,
        "because": [_evidence(each) for each in decision.because],
    }


def _evidence(each: Evidence) -> dict[str, Any]:
    return {
        "start": each.start,
        "end": each.end,
        "text": each.text,
        "matched": each.matched,
        "how": each.how.value,
        "weight": each.weight,
        "rule": each.rule,
    }
