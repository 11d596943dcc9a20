"""A closed question's answer: what was read, by sound, and what each wording would be worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp, log
from typing import Final

from ivr.kernel.heard import Choice, Heard, Hints, Hypothesis
from ivr.speech.sounds import distance, syllables

WEIGHED: Final = 24  # wordings whose probability is worked out: 15 ms each
STEEP: Final = 4.0  # how fast a reading loses its say with its distance
LEAST: Final = 0.02  # say of a reading that has nothing to do with a wording
TRUST: Final = 1.0  # of readings, beside probabilities
NEAR: Final = 0.25  # distance up to which an open question's answer is one of its choices
TEMPER: Final = 0.6  # from differences of scores to chances

Weigh = Callable[[Sequence[str]], Sequence[float]]
"""The worth of each wording, as a logarithm: how much likelier the audio makes it."""


def choose(hints: Hints, readings: tuple[Hypothesis, ...], weigh: Weigh) -> Heard:
    """The choice that was meant, or what was read when it was none of them."""
    said = _said(hints.choices)
    close = closeness(tuple(said), readings)
    if not hints.only and not _is_answer(said, readings):
        return open_answer(readings)
    likely = sorted(said, key=lambda wording: -close[wording])[:WEIGHED]
    worth = dict(zip(likely, weigh(likely), strict=True))
    scores = {wording: worth[wording] + TRUST * close[wording] for wording in likely}
    chances = _chances(said, scores)
    key = max(chances, key=chances.__getitem__)
    wording = max((one for one in likely if said[one] == key), key=scores.__getitem__)
    return Heard(_first(wording, readings), chances[key], key)


def open_answer(readings: tuple[Hypothesis, ...]) -> Heard:
    """What was read; sure as far as its words were likely."""
    return Heard(readings, exp(readings[0].score) if readings else 0.0)


def closeness(wordings: Sequence[str], readings: Sequence[Hypothesis]) -> Mapping[str, float]:
    """How well readings speak for each wording, as a logarithm."""
    heard = [(syllables(one.text), exp(one.score)) for one in readings]
    total = sum(say for _, say in heard) or 1.0
    return {
        wording: log(
            LEAST + sum(say / total * _alike(syllables(wording), read) for read, say in heard)
        )
        for wording in wordings
    }


def _alike(wording: tuple[str, ...], read: tuple[str, ...]) -> float:
    """By sound; a word said or written several times over is still that word."""
    times = len(read) // len(wording) if wording else 0
    repeated = wording * times if times > 1 else wording
    apart = min(distance(wording, read), distance(repeated, read))
    return exp(-STEEP * apart)


def _is_answer(said: Mapping[str, str], readings: Sequence[Hypothesis]) -> bool:
    if not readings:
        return False
    read = syllables(readings[0].text)
    return any(distance(syllables(wording), read) <= NEAR for wording in said)


def _chances(said: Mapping[str, str], scores: Mapping[str, float]) -> dict[str, float]:
    """Of each key: its best wording counts."""
    best: dict[str, float] = {}
    for wording, score in scores.items():
        best[said[wording]] = max(score, best.get(said[wording], score))
    top = max(best.values())
    raw = {key: exp(TEMPER * (score - top)) for key, score in best.items()}
    return {key: each / sum(raw.values()) for key, each in raw.items()}


def _said(choices: Sequence[Choice]) -> dict[str, str]:
    """Key by wording; of two choices with one wording the first has it."""
    pairs = [(wording, choice.key) for choice in choices for wording in choice.wordings]
    return dict(reversed(pairs))


def _first(wording: str, readings: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
    score = readings[0].score if readings else 0.0
    return (Hypothesis(wording, score), *(one for one in readings if one.text != wording))
