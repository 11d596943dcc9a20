"""A closed question's answer: what was read, by sound, and what each wording would be worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp, log
from typing import Final

from attrs import frozen

from ivr.kernel.heard import Choice, Heard, Hints, Hypothesis
from ivr.speech.answers import commands
from ivr.speech.sounds import distance, syllables

WEIGHED: Final = 8  # wordings whose probability is worked out: 15 ms each
BY_WORDS_ALONE: Final = 24  # where no sounds told which are likely
SOUND: Final = 0.25  # say of single sounds, beside words
SELDOM: Final = 1.0  # what a command is less likely than an answer of the question
STEEP: Final = 4.0  # how fast a reading loses its say with its distance
LEAST: Final = 0.02  # say of a reading that has nothing to do with a wording
TRUST: Final = 1.0  # of readings, beside probabilities
NEAR: Final = 0.25  # distance up to which an open question's answer is one of its choices
KIN: Final = 0.5  # and up to which it is when it fits the sound better than what was read
FEW: Final = 2  # syllables; the recogniser is so often wrong about them that the sound decides
CLEARLY: Final = 2.0  # how much likelier single sounds make an answer than what was read
TEMPER: Final = 0.6  # from differences of scores to chances

Weigh = Callable[[Sequence[str]], Sequence[float]]
"""The worth of each wording, as a logarithm: how much likelier the audio makes it."""


@frozen
class Judges:
    """Who weighs wordings: `by_sound` all of them, `by_words`, which takes time, the likeliest."""

    by_sound: Weigh
    by_words: Weigh
    most: int = WEIGHED  # wordings for `by_words`


def choose(hints: Hints, readings: tuple[Hypothesis, ...], judges: Judges) -> Heard:
    """The choice that was meant, or what was read when it was none of them."""
    said = _said(hints.choices)
    if not hints.only and not _is_answer(said, readings, judges.by_sound):
        return open_answer(readings)
    fitting = _fitting(tuple(said), readings, judges.by_sound)
    likely = sorted(said, key=lambda wording: -fitting[wording])[: judges.most]
    worth = dict(zip(likely, judges.by_words(likely), strict=True))
    scores = {wording: worth[wording] + fitting[wording] for wording in likely}
    chances = _chances(said, scores)
    key = max(chances, key=chances.__getitem__)
    wording = max((one for one in likely if said[one] == key), key=scores.__getitem__)
    return Heard(_first(wording, readings), chances[key], key)


def _fitting(
    wordings: Sequence[str], readings: Sequence[Hypothesis], by_sound: Weigh
) -> dict[str, float]:
    """By what was read and by single sounds; answers before commands."""
    close = closeness(wordings, readings)
    rare = {wording for choice in commands() for wording in choice.wordings}
    return {
        wording: TRUST * close[wording] + SOUND * sound - SELDOM * (wording in rare)
        for wording, sound in zip(wordings, by_sound(wordings), strict=True)
    }


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
    return exp(-STEEP * _apart(wording, read))


def _apart(wording: tuple[str, ...], read: tuple[str, ...]) -> float:
    """By sound; a word said or written several times over is still that word."""
    times = len(read) // len(wording) if wording else 0
    repeated = wording * times if times > 1 else wording
    return min(distance(wording, read), distance(repeated, read))


def _is_answer(said: Mapping[str, str], readings: Sequence[Hypothesis], by_sound: Weigh) -> bool:
    if not readings:
        return False
    read = syllables(readings[0].text)
    apart = {wording: _apart(syllables(wording), read) for wording in said}
    furthest = KIN if len(read) > FEW else 1.0
    kin = [wording for wording in said if apart[wording] <= furthest]
    if not kin or min(apart.values()) <= NEAR:
        return bool(kin)
    of_reading, *of_kin = by_sound((readings[0].text, *kin))
    return max(of_kin) > of_reading + CLEARLY


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
