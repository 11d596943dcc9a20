"""Honest probabilities, and the thresholds that are chosen by them.

All of it is measured on examples the model has not seen, each as it is and once from a bad line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from routing.compiled import Calibration
from routing.features import Values
from routing.fitting import softmax
from routing.lessons import Teacher
from routing.lexicon import Example
from routing.model import Model
from routing.outcomes import EMERGENCY, Outcomes, intent_of

_HEATS: Final = np.arange(0.5, 2.55, 0.05)
_FALSE_ALARMS: Final = 0.022  # of our sentences without danger, many of which only just are
_LEAST_DANGER: Final = 0.05  # a table with no danger in its examples has nothing to say of any
_RIGHT_WHEN_SURE: Final = 0.95
_RIGHT_WHEN_ASKED: Final = 0.6  # below it, the first candidates are not worth a caller's time
_MOST: Final = 0.9  # no threshold is higher, or nothing would ever be sure
_ENOUGH: Final = 100  # sentences; fewer tell nothing
_STEPS: Final = np.arange(0.05, _MOST + 0.01, 0.01)


@frozen(eq=False)
class _Tried:
    """Scores of unseen sentences, one row each, and what would have been right."""

    scores: Values
    examples: tuple[Example, ...]


def calibrated(
    teacher: Teacher, model: Model, unseen: Sequence[Example], random: Random
) -> Calibration:
    """Temperature and thresholds for a model, by examples it has not seen."""
    if len(unseen) < _ENOUGH:
        return Calibration(1.0, 0.5, 0.6, 0.3)
    tried = _try(teacher, model, unseen, random)
    heat = _heat(tried, teacher.outcomes)
    chances = softmax(tried.scores / np.float32(heat))
    danger = _danger(chances, tried.examples, teacher.outcomes)
    first, right = _firsts(chances, tried.examples, teacher.outcomes)
    sure = _threshold(first, right, _RIGHT_WHEN_SURE)
    return Calibration(heat, danger, sure, min(sure, _worth(first, right)))


def _try(teacher: Teacher, model: Model, unseen: Sequence[Example], random: Random) -> _Tried:
    lessons = [teacher.lesson(example) for example in unseen]
    spoiled = (teacher.garbler.garble(example.text, random) for example in unseen)
    lessons += [teacher.lesson(e, spoken=text) for e, text in zip(unseen, spoiled, strict=True)]
    scores = [model.scores(model.active(each.grams, each.counted)) for each in lessons]
    return _Tried(np.stack(scores), (*unseen, *unseen))


def _heat(tried: _Tried, outcomes: Outcomes) -> float:
    """The temperature under which what was right was most likely."""
    rows = [list(outcomes.shares(example.targets)) for example in tried.examples]

    def surprise(heat: float) -> float:
        chances = softmax(tried.scores / np.float32(heat))
        right = (chances[at, labels].sum() for at, labels in enumerate(rows))
        return -float(np.log(np.fromiter(right, np.float64) + 1e-9).sum())

    return round(float(min(_HEATS, key=surprise)), 2)


def _danger(chances: Values, examples: Sequence[Example], outcomes: Outcomes) -> float:
    """The lowest threshold that alarms falsely no more than it may."""
    dangers = chances[:, outcomes.numbers_from : outcomes.asides_from].sum(axis=1)
    safe = np.array([not any(t.startswith(EMERGENCY) for t in e.targets) for e in examples])
    if not safe.any():
        return 0.5
    lowest = round(float(np.quantile(dangers[safe], 1.0 - _FALSE_ALARMS)), 3)
    return max(_LEAST_DANGER, lowest)


def _firsts(
    chances: Values, examples: Iterable[Example], outcomes: Outcomes
) -> tuple[Values, npt.NDArray[np.bool_]]:
    """Of requests: the chance of the best line, and whether it was right."""
    lines = chances[:, : outcomes.numbers_from]
    best = lines.argmax(axis=1)
    asked = [
        (lines[at, best[at]], int(best[at]) in outcomes.shares(example.targets))
        for at, example in enumerate(examples)
        if intent_of(example.targets[0]) == "ROUTE"
    ]
    first, right = zip(*asked, strict=True) if asked else ((), ())
    return np.array(first, np.float32), np.array(right, np.bool_)


def _threshold(first: Values, right: npt.NDArray[np.bool_], share: float) -> float:
    """The lowest chance from which on at least `share` are right."""
    for step in _STEPS:
        above = first >= step
        if above.any() and right[above].mean() >= share:
            return round(float(step), 2)
    return _MOST


def _worth(first: Values, right: npt.NDArray[np.bool_]) -> float:
    """The chance below which fewer than a third are right."""
    for step in _STEPS:
        near = (first >= step - 0.05) & (first < step + 0.05)
        if near.any() and right[near].mean() >= _RIGHT_WHEN_ASKED / 2:
            return round(float(step), 2)
    return 0.3
