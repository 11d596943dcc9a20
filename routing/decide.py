"""The router: from a sentence to a decision, in memory and in microseconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import frozen

from routing import explain
from routing.choosing import Choice, Chooser
from routing.compiled import BadCompilation, Calibration, Compiled, unpack
from routing.decision import SHOWN, Candidate, Certainty, Decision, Evidence
from routing.features import Counted, Grams, Values, grams
from routing.hearing import Ear, Heard
from routing.ids import LineCode
from routing.lexicon import Example
from routing.model import Active
from routing.outcomes import (
    ASIDES,
    EMERGENCY,
    HUMAN,
    PROGRESS,
    ROUTE,
    UNCLEAR,
    Districts,
    Outcomes,
    intent_of,
    lines_of,
)
from routing.table import RoutingTable, Snapshot
from routing.text import PAUSE, read

REMEMBERED: Final = 4096  # decisions; what many callers say alike is decided once
_KNOWN: Final = 0.99  # confidence in a sentence that stands among the examples
_ASIDE: Final = 1.5  # no line fits a sentence without request, so many lines share its chance
_AGAIN: Final = 2.0  # times likelier is a line that the caller was lately connected to


@frozen(eq=False)
class _Weighed:
    """A sentence and what the model makes of it: the chance of every label."""

    heard: Heard
    grams: Grams
    active: Active
    chances: Values


@frozen
class _Verdict:
    intent: str
    number: str
    confidence: float
    because: list[Evidence]


class Router:
    """Decides with one published table; to be shared by all calls of a process."""

    def __init__(self, snapshot: Snapshot, compiled: Compiled) -> None:
        table = snapshot.table
        self.table = table
        self.version = snapshot.number
        self._tables, self._model = compiled.tables, compiled.model
        self._calibration = compiled.calibration
        self._outcomes = Outcomes.of(table)
        self._districts = Districts(table)
        self._counted = counted_of(table, self._outcomes)
        self._ear = Ear(table.directory, table.lexicon, compiled.tables)
        self._chooser = Chooser(table, self._outcomes, self._districts)
        self._matters = matters_of(table)
        self._known = self._examples()
        self._remembered: dict[tuple[str, str], Decision] = {}
        self._check(compiled.labels)

    @staticmethod
    def open(snapshot: Snapshot, compiled: bytes) -> Router:
        """A router for a snapshot and what was compiled of its table; raises `BadCompilation`."""
        return Router(snapshot, unpack(compiled))

    def _check(self, labels: str) -> None:
        rows, size = self._model.weights.shape
        wanted = (len(self._model.keys) + self._counted.size, self._outcomes.size)
        if (rows, size) != wanted or labels != self._outcomes.digest(self._counted.matters):
            raise BadCompilation("compiled from another table")

    def _examples(self) -> dict[str, Example]:
        known = ((self._key(example.text), example) for example in self.table.lexicon.examples)
        return {key: example for key, example in known if key}

    def _key(self, text: str) -> str:
        return read(text, self._tables.alphabet).signs.replace(PAUSE, "")

    def decide(
        self, text: str, area: str | None = None, recent: Sequence[LineCode] = ()
    ) -> Decision:
        """Where `text` goes, whatever it is; it is read up to `routing.text.MAX_READ` characters.

        `area` is where the caller is known to be, a name or code of the directory; a place in the
        sentence goes before it. `recent` are lines this caller was lately connected to.
        """
        asked = (text, area or "")
        known = self._remembered.get(asked)
        if known is not None and not recent:
            return known
        decision = self._decide(text, area or "", recent)
        if not recent:
            self._remember(asked, decision)
        return decision

    def _remember(self, asked: tuple[str, str], decision: Decision) -> None:
        if len(self._remembered) >= REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)))
        self._remembered[asked] = decision

    def danger(self, text: str) -> str:
        """The number to connect at once, or ''; for whatever is said, at any point of a call."""
        weighed = self._weigh(text, "")
        certain = self._danger(weighed) >= self._calibration.danger
        return self._number(weighed) if certain else ""

    def _weigh(self, text: str, area: str) -> _Weighed:
        heard = self._ear.hear(text, area)
        kind = self._districts.kind(heard.areas)
        hashed = grams(heard.signs, heard.sound)
        active = self._model.active(hashed, self._counted.of(heard, kind))
        scores = self._model.scores(active) / np.float32(self._calibration.temperature)
        return _Weighed(heard, hashed, active, _chances(scores))

    def _danger(self, weighed: _Weighed) -> float:
        own = self._outcomes
        return float(weighed.chances[own.numbers_from : own.asides_from].sum())

    def _number(self, weighed: _Weighed) -> str:
        own = self._outcomes
        dangers = weighed.chances[own.numbers_from : own.asides_from]
        return own.numbers[int(np.argmax(dangers))]

    def _decide(self, text: str, area: str, recent: Sequence[LineCode]) -> Decision:
        weighed = self._weigh(text, area)
        choice = self._choose(weighed, recent)
        example = self._known.get(weighed.heard.text.signs.replace(PAUSE, ""))
        if example:
            return self._by_example(weighed, choice, example)
        intent, chance = self._intent(weighed)
        number = self._number(weighed) if intent == EMERGENCY else ""
        confidence = choice.matter if intent == ROUTE else chance
        why = self._because(weighed, choice, intent)
        return self._decision(weighed, choice, _Verdict(intent, number, confidence, why))

    def _intent(self, weighed: _Weighed) -> tuple[str, float]:
        """The intent and its chance; a request whose line is not clear is a request still."""
        if not weighed.heard.signs:
            return UNCLEAR, 1.0
        danger = self._danger(weighed)
        if danger >= self._calibration.danger:
            return EMERGENCY, danger
        asides = weighed.chances[self._outcomes.asides_from :]
        route = float(weighed.chances[: self._outcomes.numbers_from].sum())
        best = int(np.argmax(asides))
        aside = float(asides[best])
        return (ASIDES[best], aside) if aside * _ASIDE > route else (ROUTE, route)

    def _choose(self, weighed: _Weighed, recent: Sequence[LineCode]) -> Choice:
        chances = weighed.chances[: self._outcomes.numbers_from]
        for line in recent:
            label = self._outcomes.index.get(line)
            if label is not None:
                chances = chances.copy()
                chances[label] *= _AGAIN
        return self._chooser.choose(chances, weighed.heard.areas)

    def _by_example(self, weighed: _Weighed, choice: Choice, example: Example) -> Decision:
        """The sentence stands among the examples: its targets go first."""
        intent = intent_of(example.targets[0])
        number = example.targets[0].removeprefix(EMERGENCY) if intent == EMERGENCY else ""
        order = {line: rank for rank, line in enumerate(example.targets)}
        if weighed.heard.area_known and not weighed.heard.place.found:
            order = {c.line: r for r, c in enumerate(choice.candidates) if c.line in order} or order
        first = [Candidate(LineCode(line), _KNOWN) for line in order if intent_of(line) == ROUTE]
        others = [each for each in choice.candidates if each.line not in order]
        merged = Choice((*first, *others)[:SHOWN], _KNOWN, choice.question)
        why = [explain.example(weighed.heard, example), *self._because(weighed, merged, intent)]
        return self._decision(weighed, merged, _Verdict(intent, number, _KNOWN, why))

    def _decision(self, weighed: _Weighed, choice: Choice, verdict: _Verdict) -> Decision:
        return Decision(
            intent=verdict.intent,
            number=verdict.number,
            confidence=round(verdict.confidence, 4),
            certainty=_certainty(verdict, self._calibration),
            candidates=choice.candidates,
            areas=weighed.heard.areas,
            question=choice.question if verdict.intent == ROUTE else None,
            because=tuple(verdict.because[: explain.SHOWN]),
            table=self.version,
        )

    def _because(self, weighed: _Weighed, choice: Choice, intent: str) -> list[Evidence]:
        heard, why = weighed.heard, list[Evidence]()
        label = self._outcomes.index.get(intent, 0)
        if intent == EMERGENCY:
            why = explain.alarms(heard)
            label = self._outcomes.index[EMERGENCY + self._number(weighed)]
        elif intent in (HUMAN, PROGRESS):
            why = explain.phrases(heard)
        elif intent == ROUTE and choice.candidates:
            line = choice.candidates[0].line
            why = explain.explain(heard, self.table.directory, self._matters, line)
            label = self._outcomes.index[line]
        if len(why) >= explain.ENOUGH:
            return why
        shares = self._model.share(weighed.active, label)
        return [*why, *explain.learned(heard, weighed.grams, weighed.active, shares)]


def counted_of(table: RoutingTable, outcomes: Outcomes) -> Counted:
    """The features beside the n-grams, which the table and its model must number alike."""
    matters = tuple(matter.id for matter in table.lexicon.matters)
    return Counted(outcomes.kinds, matters, outcomes.numbers)


def matters_of(table: RoutingTable) -> explain.Matters:
    of_line: dict[str, set[str]] = {}
    for matter in table.lexicon.matters:
        for line in lines_of(table, matter.target):
            of_line.setdefault(line, set()).add(matter.id)
    titles: dict[str, str] = {matter.id: matter.title for matter in table.lexicon.matters}
    return explain.Matters(titles, {line: frozenset(ids) for line, ids in of_line.items()})


def _certainty(verdict: _Verdict, calibration: Calibration) -> Certainty:
    if verdict.intent == EMERGENCY:
        return Certainty.SURE
    if verdict.intent == UNCLEAR or verdict.confidence < calibration.ask:
        return Certainty.UNSURE
    return Certainty.SURE if verdict.confidence >= calibration.sure else Certainty.ASK


def _chances(scores: Values) -> Values:
    raised = np.exp(scores - scores.max())
    chances: Values = raised / raised.sum()
    return chances
