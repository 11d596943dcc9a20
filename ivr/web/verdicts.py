"""What a rehearsal found, in words for a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen

from ivr.editing.view import View
from routing.decision import Certainty
from routing.rehearse import Case, Move, Movement, Source, Verdict

SOURCES: Final[Mapping[Source, str]] = {
    Source.EXAMPLE: "例句",
    Source.CALL: "来电",
    Source.TICKET: "工单",
}
MOVEMENTS: Final[Mapping[Movement, str]] = {
    Movement.MOVED: "换了去向",
    Movement.UNSURE: "变得没把握",
    Movement.SURER: "变得有把握",
}
ASIDES: Final[Mapping[str, str]] = {
    "": "没有去向",
    "HUMAN": "转人工",
    "PROGRESS": "查询进度",
    "UNCLEAR": "没有诉求",
    "service:progress": "查询进度",
}
SURENESS: Final[Mapping[Certainty, str]] = {
    Certainty.SURE: "有把握",
    Certainty.ASK: "要确认",
    Certainty.UNSURE: "没把握",
}


@frozen
class MoveRead:
    """One case, before and after."""

    said: str
    source: str
    movement: str
    before: str
    after: str
    right: str  # '' when nobody knows, else whether it is right now


def read_moves(view: View, moves: Iterable[Move]) -> list[MoveRead]:
    return [
        MoveRead(
            said=_said(move.case),
            source=SOURCES[move.case.source],
            movement=MOVEMENTS[move.movement],
            before=_verdict(view, move.before),
            after=_verdict(view, move.after),
            right=_right(move),
        )
        for move in moves
    ]


def _said(case: Case) -> str:
    """What was keyed or said; who called is nobody's business here."""
    if case.keys:
        return f"按键 {case.keys}"
    return f"{case.text}（{case.area}）" if case.area else case.text


def where_to(view: View, target: str) -> str:
    """In words where examples, decisions and judges say that something leads."""
    return ASIDES.get(target) or _named(view, target)


def _verdict(view: View, verdict: Verdict) -> str:
    where = where_to(view, verdict.target)
    return f"{where}，{SURENESS[verdict.certainty]}{verdict.confidence * 100:.0f}%"


def _named(view: View, target: str) -> str:
    kind, split, name = target.partition(":")
    if kind == "node" and split:
        return f"菜单“{view.names.level(name)}”"
    if kind == "area" and split:
        return "先问在哪个区"
    return (
        f"紧急号码{target.removeprefix('EMERGENCY:')}"
        if kind == "EMERGENCY"
        else (view.names.named(target))
    )


def _right(move: Move) -> str:
    if not move.case.expected:
        return ""
    return "对" if move.after.target in move.case.expected else "不对"
