"""The router: from a sentence to a decision, in memory and in microseconds."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import partial
from typing import Final

import numpy as np
from attrs import frozen

from routing.choosing import Choice, Chooser
from routing.compiled import BadCompilation, Calibration, Compiled, unpack
from routing.decision import SHOWN, Candidate, Certainty, Decision, Evidence, Reasons
from routing.features import Counted, Values, grams
from routing.hearing import Ear
from routing.ids import LineCode, TableVersion
from routing.lexicon import Example
from routing.outcomes import (
    ASIDES,
    EMERGENCY,
    ROUTE,
    UNCLEAR,
    Districts,
    Outcomes,
    intent_of,
)
from routing.reasons import Explainer, Verdict, Weighed
from routing.settled import number_of, settled
from routing.table import RoutingTable, Snapshot
from routing.text import PAUSE, Text

REMEMBERED: Final = 4096  # decisions; what many callers say alike is decided once
_KNOWN: Final = 0.99  # confidence in a sentence that stands among the examples
_ASIDE: Final = 1.5  # no line fits a sentence without request, so many lines share its chance
_AGAIN: Final = 2.0  # times likelier is a line that the caller was lately connected to


@frozen
class _Judged:
    intent: str
    number: str
    confidence: float


class Router:
    """Decides with one published table; to be shared by all calls of a process."""

    def __init__(self, table: RoutingTable, number: TableVersion, compiled: Compiled) -> None:
        self._model, self._calibration = compiled.model, compiled.calibration
        self._settled = compiled.settled
        self._outcomes = Outcomes.of(table)
        self._districts = Districts(table)
        self._counted = counted_of(table, self._outcomes)
        self._ear = Ear(table.directory, table.lexicon, compiled.tables)
        self._serve(table, number)
        self._known = self._examples()
        self._check(compiled.labels)

    def _serve(self, table: RoutingTable, number: TableVersion) -> None:
        self.table = table
        self.version = number
        self._chooser = Chooser(table, self._outcomes, self._districts)
        self._explainer = Explainer(table, self._outcomes, self._model)
        self._remembered: dict[tuple[str, str], Decision] = {}

    @staticmethod
    def open(snapshot: Snapshot, compiled: bytes) -> Router:
        """A router for a snapshot and what was compiled of its table; raises `BadCompilation`."""
        router = Router(snapshot.table, snapshot.number, unpack(compiled))
        router._weigh(router._ear.read("喂"), "")  # what is made when needed is made
        return router

    def renewed(self, snapshot: Snapshot) -> Router:
        """This router for another version that teaches the same (`routing.taught`).

        What was made of words and places, which is nearly everything, is shared.
        """
        other = copy(self)
        other._serve(snapshot.table, snapshot.number)  # noqa: SLF001 - it is one of us
        return other

    def _check(self, labels: str) -> None:
        rows, size = self._model.weights.shape
        wanted = (len(self._model.keys) + self._counted.size, self._outcomes.size)
        if (rows, size) != wanted or labels != self._outcomes.digest(self._counted.matters):
            raise BadCompilation("compiled from another table")

    def _examples(self) -> dict[str, Example]:
        known = ((self.key(example.text), example) for example in self.table.lexicon.examples)
        return {key: example for key, example in known if key}

    def key(self, text: str) -> str:
        """Equal for sentences that differ in nothing that is heard."""
        return self._ear.key(text)

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
        read = self._ear.read(text)
        known = self._settled.get(_key(read))
        if known is not None:
            return number_of(known)
        weighed = self._weigh(read, "")
        certain = self._danger(weighed) >= self._calibration.danger
        return self._number(weighed) if certain else ""

    def _weigh(self, text: Text, area: str) -> Weighed:
        heard = self._ear.understand(text, area)
        kind = self._districts.kind(heard.areas)
        hashed = grams(heard.signs, heard.sound)
        active = self._model.active(hashed, self._counted.of(heard, kind))
        scores = self._model.scores(active, 1.0 / self._calibration.temperature)
        return Weighed(heard, hashed, active, _chances(scores))

    def _danger(self, weighed: Weighed) -> float:
        own = self._outcomes
        return float(np.add.reduce(weighed.chances[own.numbers_from : own.asides_from]))

    def _number(self, weighed: Weighed) -> str:
        own = self._outcomes
        dangers = weighed.chances[own.numbers_from : own.asides_from]
        return own.numbers[int(dangers.argmax())]

    def _decide(self, text: str, area: str, recent: Sequence[LineCode]) -> Decision:
        read = self._ear.read(text)
        key = _key(read)
        known = None if area or recent else self._settled.get(key)
        if known is not None:
            return settled(known, partial(self._why, text, area), self.version)
        weighed = self._weigh(read, area)
        choice = self._choose(weighed, recent)
        example = self._known.get(key)
        if example:
            choice = _by_example(weighed, choice, example)
            return self._decision(weighed, choice, _judged(example), area)
        return self._decision(weighed, choice, self._judge(weighed, choice), area)

    def _why(self, text: str, area: str, verdict: Verdict) -> tuple[Evidence, ...]:
        """The reasons, for which the sentence is weighed once more."""
        read = self._ear.read(text)
        return self._explainer.reasons(
            self._weigh(read, area),
            verdict,
            self._known.get(_key(read)),
            self._ear.grouped(read),
        )

    def _judge(self, weighed: Weighed, choice: Choice) -> _Judged:
        """The intent and its chance; a request whose line is not clear is a request still."""
        if not weighed.heard.signs:
            return _Judged(UNCLEAR, "", 1.0)
        danger = self._danger(weighed)
        if danger >= self._calibration.danger:
            return _Judged(EMERGENCY, self._number(weighed), danger)
        asides: list[float] = weighed.chances[self._outcomes.asides_from :].tolist()
        aside = max(asides)
        if aside * _ASIDE > 1.0 - danger - sum(asides):
            return _Judged(ASIDES[asides.index(aside)], "", aside)
        return _Judged(ROUTE, "", choice.matter)

    def _choose(self, weighed: Weighed, recent: Sequence[LineCode]) -> Choice:
        chances = weighed.chances[: self._outcomes.numbers_from]
        for line in recent:
            label = self._outcomes.index.get(line)
            if label is not None:
                chances = chances.copy()
                chances[label] *= _AGAIN
        return self._chooser.choose(chances, weighed.heard.areas)

    def _decision(self, weighed: Weighed, choice: Choice, judged: _Judged, area: str) -> Decision:
        line = choice.candidates[0].line if choice.candidates else None
        verdict = Verdict(judged.intent, judged.number, line)
        return Decision(
            intent=judged.intent,
            number=judged.number,
            confidence=round(judged.confidence, 4),
            certainty=_certainty(judged, self._calibration),
            candidates=choice.candidates,
            areas=weighed.heard.areas,
            question=choice.question if judged.intent == ROUTE else None,
            because=Reasons(partial(self._why, weighed.heard.text.original, area, verdict)),
            table=self.version,
        )


def _key(text: Text) -> str:
    return text.signs.replace(PAUSE, "")


def _by_example(weighed: Weighed, choice: Choice, example: Example) -> Choice:
    """The sentence stands among the examples: its targets go first."""
    order = {line: rank for rank, line in enumerate(example.targets)}
    if weighed.heard.area_known and not weighed.heard.place.found:
        order = {c.line: r for r, c in enumerate(choice.candidates) if c.line in order} or order
    first = [Candidate(LineCode(line), _KNOWN) for line in order if intent_of(line) == ROUTE]
    others = [each for each in choice.candidates if each.line not in order]
    return Choice((*first, *others)[:SHOWN], _KNOWN, choice.question)


def _judged(example: Example) -> _Judged:
    intent = intent_of(example.targets[0])
    number = example.targets[0].removeprefix(EMERGENCY) if intent == EMERGENCY else ""
    return _Judged(intent, number, _KNOWN)


def counted_of(table: RoutingTable, outcomes: Outcomes) -> Counted:
    """The features beside the n-grams, which the table and its model must number alike."""
    matters = tuple(matter.id for matter in table.lexicon.matters)
    return Counted(outcomes.kinds, matters, outcomes.numbers, len(table.lexicon.groups))


def _certainty(judged: _Judged, calibration: Calibration) -> Certainty:
    if judged.intent == EMERGENCY:
        return Certainty.SURE
    if judged.intent == UNCLEAR or judged.confidence < calibration.ask:
        return Certainty.UNSURE
    return Certainty.SURE if judged.confidence >= calibration.sure else Certainty.ASK


def _chances(scores: Values) -> Values:
    raised: Values = np.subtract(scores, np.maximum.reduce(scores))
    np.exp(raised, raised)
    np.divide(raised, np.add.reduce(raised), raised)
    return raised
