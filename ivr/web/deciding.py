"""A decision as a page shows it: where to, how sure, and which words of the sentence said so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from ivr.editing.view import View
from routing.decision import Certainty, Decision, Evidence
from routing.ids import LineCode
from routing.outcomes import EMERGENCY, HUMAN, PROGRESS, ROUTE, UNCLEAR
from routing.wordings import How

LONGEST: Final = 200  # characters of a sentence

INTENTS: Final[Mapping[str, str]] = {
    HUMAN: "转人工",
    PROGRESS: "查询进度",
    UNCLEAR: "请来电者再说一遍（没有听出诉求）",
}
CERTAINTIES: Final[Mapping[Certainty, str]] = {
    Certainty.SURE: "有把握",
    Certainty.ASK: "请来电者确认",
    Certainty.UNSURE: "没把握",
}
HOWS: Final[Mapping[How, str]] = {
    How.CHARACTERS: "用词",
    How.SOUND: "读音",
    How.EXAMPLE: "例句",
    How.PLACE: "地点",
}


@frozen
class Piece:
    """Part of the sentence; `how` is '' where nothing was found."""

    text: str
    how: str = ""
    rule: str = ""


@frozen
class Shown:
    """What the page prints."""

    where: str
    certainty: str
    confidence: float
    candidates: tuple[tuple[str, str, float], ...]  # code, title, chance
    question: str
    pieces: tuple[Piece, ...]
    because: tuple[tuple[str, str, str, float], ...]  # words, how, rule, weight
    is_emergency: bool
    is_aside: bool  # it goes to no line

    @property
    def sentence(self) -> str:
        """这句话会转到……."""
        return f"这句话会{self.where}" if self.is_aside else f"这句话会转到“{self.where}”"

    @property
    def reason(self) -> str:
        """这句话会转到……因为……, its second half."""
        rules = [rule for _, _, rule, _ in self.because[:2]]
        return "；".join(rules) or "没有找到可以依据的词语"


def shown(view: View, text: str, decision: Decision) -> Shown:
    return Shown(
        where=_where(view, decision),
        certainty=CERTAINTIES[decision.certainty],
        confidence=decision.confidence,
        candidates=tuple(
            (each.line, _title(view, each.line), each.confidence) for each in decision.candidates
        ),
        question=decision.question or "",
        pieces=pieces(text, decision.because),
        because=tuple(
            (each.text, HOWS[each.how], each.rule, each.weight) for each in decision.because
        ),
        is_emergency=decision.intent == EMERGENCY,
        is_aside=decision.line is None,
    )


def pieces(text: str, because: tuple[Evidence, ...]) -> tuple[Piece, ...]:
    """The sentence cut at its evidence; where two overlap the stronger, which comes first, wins."""
    owner: list[Evidence | None] = [None] * len(text)
    for each in because:
        span = range(max(0, each.start), min(each.end, len(text)))
        if each.how is not How.EXAMPLE and all(owner[place] is None for place in span):
            for place in span:
                owner[place] = each
    cut: list[Piece] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or owner[place] is not owner[start]:
            found = owner[start]
            cut.append(_piece(text[start:place], found))
            start = place
    return tuple(cut)


def _piece(text: str, found: Evidence | None) -> Piece:
    return Piece(text) if found is None else Piece(text, found.how.value.lower(), found.rule)


def _where(view: View, decision: Decision) -> str:
    if decision.intent == EMERGENCY:
        numbers = {row["number"]: row["name"] for row in view.rows("emergency")}
        return f"立即接通{decision.number}（{numbers.get(decision.number, '紧急号码')}）"
    if decision.intent == ROUTE and decision.line is not None:
        return _title(view, decision.line)
    return INTENTS.get(decision.intent, decision.label)


def _title(view: View, code: LineCode) -> str:
    row = view.row("hotlines", (code,))
    if row is None:
        return code
    unit = view.row("departments", (row["department_code"],))
    return f"{row['title']}（{unit['name']}）" if unit else row["title"]
