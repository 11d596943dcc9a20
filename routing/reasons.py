"""Why a decision fell as it did, found again from its sentence when somebody wants to know."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from routing import explain
from routing.decision import Evidence
from routing.features import Grams, Values
from routing.hearing import Heard
from routing.ids import LineCode
from routing.lexicon import Example
from routing.model import Active, Model
from routing.outcomes import EMERGENCY, HUMAN, PROGRESS, ROUTE, Outcomes, lines_of
from routing.table import RoutingTable
from routing.wordings import Found


@frozen(eq=False)
class Weighed:
    """A sentence and what the model makes of it: the chance of every label."""

    heard: Heard
    grams: Grams
    active: Active
    chances: Values


@frozen
class Verdict:
    """What was decided, as far as the reasons depend on it."""

    intent: str
    number: str
    line: LineCode | None


class Explainer:
    """Finds the evidence for verdicts of one table."""

    def __init__(self, table: RoutingTable, outcomes: Outcomes, model: Model) -> None:
        self._directory = table.directory
        self._outcomes = outcomes
        self._model = model
        self._matters = _matters_of(table)
        self._groups = table.lexicon.groups

    def reasons(
        self,
        weighed: Weighed,
        verdict: Verdict,
        example: Example | None,
        grouped: Sequence[Found] = (),
    ) -> tuple[Evidence, ...]:
        """Strongest first; `example` was said word for word, `grouped` are words of groups."""
        why = [explain.example(weighed.heard, example)] if example else []
        return (*why, *self._because(weighed, verdict, grouped))[: explain.SHOWN]

    def _because(
        self, weighed: Weighed, verdict: Verdict, grouped: Sequence[Found]
    ) -> list[Evidence]:
        why = self._words(weighed.heard, verdict)
        if len(why) >= explain.ENOUGH:
            return why
        shares = self._model.share(weighed.active, self._label(verdict))
        if verdict.intent == EMERGENCY:
            why += explain.grouped(weighed.heard, grouped, self._groups, shares)
        return [*why, *explain.learned(weighed.heard, weighed.grams, weighed.active, shares)]

    def _words(self, heard: Heard, verdict: Verdict) -> list[Evidence]:
        """What rests on words of the table."""
        if verdict.intent == EMERGENCY:
            return explain.alarms(heard)
        if verdict.intent in (HUMAN, PROGRESS):
            return explain.phrases(heard)
        if verdict.intent == ROUTE and verdict.line:
            return explain.explain(heard, self._directory, self._matters, verdict.line)
        return []

    def _label(self, verdict: Verdict) -> int:
        if verdict.intent == ROUTE and verdict.line:
            return self._outcomes.index[verdict.line]
        return self._outcomes.index.get(verdict.intent + verdict.number, 0)


def _matters_of(table: RoutingTable) -> explain.Matters:
    of_line: dict[str, set[str]] = {}
    for matter in table.lexicon.matters:
        for line in lines_of(table, matter.target):
            of_line.setdefault(line, set()).add(matter.id)
    titles: dict[str, str] = {matter.id: matter.title for matter in table.lexicon.matters}
    return explain.Matters(titles, {line: frozenset(ids) for line, ids in of_line.items()})
