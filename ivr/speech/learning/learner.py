"""The table of single sounds from what was heard and what was said."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import define, field, frozen

from ivr.speech.engines.whisper.units import UNITS
from ivr.speech.learning.spread import shares

ROUNDS: Final = 12  # over all lessons; thirty are no better for voices that were not taught
AT_ONCE: Final = 8  # lessons
RATE: Final = 0.01
WARM_UP: Final = 30  # steps until the full rate
FORGETTING: Final = 0.1  # of the table, so that it does not learn its lessons by heart
_FIRST, _SECOND = 0.9, 0.98  # how slowly the means of the gradient and of its square move

States = npt.NDArray[np.float32]
Tell = Callable[[str], None]


@frozen(eq=False)
class Lesson:
    """What the encoder heard, and the sounds that were said."""

    states: States
    said: tuple[int, ...]

    @property
    def has_time(self) -> bool:
        return 0 < 2 * len(self.said) < len(self.states)


@define(eq=False)
class _Table:
    """Weights with a last row for the bias, and Adam's memory of where they were going."""

    weights: States
    mean: States = field(init=False)
    square: States = field(init=False)
    steps: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        self.mean, self.square = np.zeros_like(self.weights), np.zeros_like(self.weights)

    def move(self, slope: States, rate: float) -> None:
        self.steps += 1
        self.mean += (1 - _FIRST) * (slope - self.mean)
        self.square += (1 - _SECOND) * (slope**2 - self.square)
        mean = self.mean / (1 - _FIRST**self.steps)
        spread = np.sqrt(self.square / (1 - _SECOND**self.steps)) + 1e-8
        self.weights -= rate * (mean / spread + FORGETTING * self.weights)


def learned(lessons: Sequence[Lesson], tell: Tell) -> bytes:
    """The table as a file's content.

    The same lessons give the same table where numbers are added in the same order; where they are
    not (another processor, more threads), one that differs and knows as much.
    """
    middle, spread = _scale(lessons)
    table = _Table(np.zeros((len(middle) + 1, len(UNITS)), dtype=np.float32))
    random = np.random.default_rng(114)
    by_length = sorted(lessons, key=lambda lesson: len(lesson.states))
    groups = [by_length[at : at + AT_ONCE] for at in range(0, len(by_length), AT_ONCE)]
    steps = ROUNDS * len(groups)
    for turn in range(ROUNDS):
        for place in random.permutation(len(groups)):
            rate = RATE * min(1.0, (table.steps + 1) / WARM_UP)
            rate *= 0.5 * (1 + np.cos(np.pi * table.steps / steps))
            table.move(_slope(groups[place], table.weights, middle, spread), rate)
        tell(f"round {turn + 1} of {ROUNDS}")
    return _packed(table.weights[:-1] / spread[:, None], table.weights[-1], middle)


def _scale(lessons: Sequence[Lesson]) -> tuple[States, States]:
    """Middle and spread of each number in a state."""
    count = sum(len(lesson.states) for lesson in lessons)
    middle = sum(lesson.states.sum(axis=0) for lesson in lessons) / count
    square = sum(((lesson.states - middle) ** 2).sum(axis=0) for lesson in lessons) / count
    return np.asarray(middle, np.float32), np.asarray(np.sqrt(square), np.float32)


def _slope(group: Sequence[Lesson], weights: States, middle: States, spread: States) -> States:
    """Which way the table is wrong about these lessons, for each sound in them."""
    lengths = np.array([len(lesson.states) for lesson in group])
    heard = np.zeros((len(group), lengths.max(), len(weights)), dtype=np.float32)
    for row, lesson in zip(heard, group, strict=True):
        row[: len(lesson.states), :-1] = (lesson.states - middle) / spread
    heard[:, :, -1] = 1.0
    raw = heard @ weights
    raw -= raw.max(axis=2, keepdims=True)
    chances = np.exp(raw)
    chances /= chances.sum(axis=2, keepdims=True)
    wrong = chances - shares(chances, lengths, [lesson.said for lesson in group])
    wrong *= (np.arange(lengths.max()) < lengths[:, None])[:, :, None]
    flat = heard.reshape(-1, len(weights)).T @ wrong.reshape(-1, wrong.shape[2])
    return np.asarray(flat / sum(len(lesson.said) for lesson in group), dtype=np.float32)


def _packed(weights: States, bias: States, middle: States) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(
        content,
        weights=weights.astype(np.float16),
        bias=(bias - middle @ weights).astype(np.float32),
    )
    return content.getvalue()
