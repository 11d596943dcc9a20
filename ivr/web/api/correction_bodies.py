"""What programs send and get about corrections; targets are written as in examples."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from ivr.web.api.bodies import Body, Number, Why, Word

Target = Annotated[
    str, Meta(max_length=40, description="热线编号、EMERGENCY:号码、HUMAN、PROGRESS 或 UNCLEAR")
]
Chosen = Annotated[
    list[Annotated[int, Meta(ge=1, le=2**31 - 1)]], Meta(min_length=1, max_length=200)
]


class SaidFacts(msgspec.Struct, frozen=True):
    """What a machine heard, which may be wrong, and what it took that for."""

    text: str
    confidence: float
    intent: str
    lines: list[str]
    because: list[str]


class CallerFacts(msgspec.Struct, frozen=True):
    """A caller of one's own, now or lately, with what they said, the last thing last."""

    call: str
    since: datetime
    said: list[SaidFacts]
    corrected: bool


class Telling(Body, frozen=True):
    """The sentence `at` of a call, from 0: what was really said, and where that belongs."""

    call: Annotated[str, Meta(max_length=200)]
    at: Number
    words: Word
    target: Target


class CorrectionFacts(msgspec.Struct, frozen=True):
    """A correction; `heard` and `decided` are the machine's, by version `table`."""

    id: int
    call: str
    operator: str
    words: str
    target: str
    heard: str
    decided: str
    confidence: float
    table: int | None
    made: datetime
    state: str


class WaitingFacts(msgspec.Struct, frozen=True):
    """An open correction.

    `now` is where its words lead by the table in force, null while that is being learned;
    `against` are targets of examples that say otherwise, `known` whether one says the same.
    """

    correction: CorrectionFacts
    now: str | None
    against: list[str]
    known: bool


class Taking(Body, frozen=True):
    """Into one's draft, all or none. `revision` is the draft's as it was looked at, 0: had none."""

    revision: Number
    why: Why
    corrections: Chosen


class Dismissal(Body, frozen=True):
    """All or none of them."""

    why: Why
    corrections: Chosen
