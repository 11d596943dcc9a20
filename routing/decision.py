"""A decision: where a sentence goes, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from functools import cached_property
from typing import Final, overload

from attrs import field, frozen

from routing.ids import AreaCode, LineCode, QuestionId, TableVersion
from routing.outcomes import EMERGENCY, ROUTE
from routing.wordings import How


class Certainty(Enum):
    """What the caller is asked next."""

    SURE = "sure"  # name the line and go on
    ASK = "ask"  # offer two or three candidates
    UNSURE = "unsure"  # ask them to say it again; twice, and a human takes it


@frozen
class Candidate:
    """A line and the chance that it is the right one."""

    line: LineCode
    confidence: float


@frozen
class Evidence:
    """Why: characters `start` to before `end` of the sentence as it was given.

    `matched` is the wording of the table that they are taken for, `weight` what it added to the
    score, `rule` a Chinese sentence for the person who wants to know.
    """

    start: int
    end: int
    text: str
    matched: str
    how: How
    weight: float
    rule: str


class Reasons(Sequence[Evidence]):
    """Evidence that is looked for when somebody reads it; goes to other processes as it is read."""

    def __init__(self, find: Callable[[], Sequence[Evidence]]) -> None:
        self._find = find

    @cached_property
    def _found(self) -> tuple[Evidence, ...]:
        return tuple(self._find())

    @overload
    def __getitem__(self, index: int) -> Evidence: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Evidence]: ...
    def __getitem__(self, index: int | slice) -> Evidence | Sequence[Evidence]:
        return self._found[index]

    def __len__(self) -> int:
        return len(self._found)

    def __reduce__(self) -> tuple[type, tuple[tuple[Evidence, ...]]]:
        return tuple, (self._found,)


@frozen
class Decision:
    """Where a request goes, and why.

    `candidates` are the most likely lines, best first, also when the intent is another: an
    operator sees them. `question` names the area question to ask when place decides between lines
    and none is known; the first candidate is then the line of the city. `because` lists the
    evidence, strongest first.
    """

    intent: str  # one of routing.outcomes.INTENTS
    number: str  # to connect at once, '' when nobody is in danger
    confidence: float
    certainty: Certainty
    candidates: tuple[Candidate, ...]
    areas: tuple[AreaCode, ...]
    question: QuestionId | None
    _because: Sequence[Evidence] = field(eq=False, repr=False)
    table: TableVersion

    @property
    def because(self) -> tuple[Evidence, ...]:
        """Looked for when they are first asked for: most decisions are never asked."""
        return tuple(self._because)

    @property
    def is_emergency(self) -> bool:
        return self.intent == EMERGENCY

    @property
    def label(self) -> str:
        """The intent as examples and judges write it: ROUTE, EMERGENCY:119, HUMAN."""
        return self.intent + self.number

    @property
    def line(self) -> LineCode | None:
        """The line to go to; None unless it is a request."""
        return self.candidates[0].line if self.intent == ROUTE and self.candidates else None

    @property
    def likely(self) -> tuple[LineCode, ...]:
        """Lines worth telling anybody of, best first; the one of a request always is."""
        return tuple(
            each.line
            for each in self.candidates
            if each.confidence >= LIKELY or each.line == self.line
        )


SHOWN: Final = 5  # candidates of a decision
LIKELY: Final = 0.05  # less likely is not worth a caller's breath, nor an officer's glance
