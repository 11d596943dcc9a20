"""Judgement over the model: what was said, or which answer was meant, or nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from math import log, sqrt
from pathlib import Path
from typing import Final

import numpy as np

from ivr.kernel.heard import NOTHING, Heard, Hints, Hypothesis
from ivr.speech.engines.engine import Samples
from ivr.speech.engines.whisper.again import is_worthwhile, slowed, together
from ivr.speech.engines.whisper.cleaning import cleaned, unbroken
from ivr.speech.engines.whisper.model import (
    CLOSED_SILENCE,
    LEVEL,
    SILENCE_AFTER,
    Encoded,
    WhisperModel,
)
from ivr.speech.engines.whisper.phones import Sounds, Unweighed, phones_at
from ivr.speech.grammar import BY_WORDS_ALONE, WEIGHED, Judges, choose, open_answer
from ivr.speech.table_files import table_place

# Measured on development clips; docs/benchmarks.md says what each is worth.
# What was "said before": people's own way of talking, with the places of this city where a hint
# names them. Of all levers it moves most, for a place decides between city and district.
PROMPT: Final = "我家的暖气不热，水费怎么交，社保卡怎么办，找哪个部门？"
PLACED: Final = "我住{here}，家里暖气不热，想问{there}的社保卡怎么办，该找哪个部门？"
PLACES: Final = 3  # more names cost time and gain nothing
BEAM: Final = 10
READINGS: Final = 10  # the router decides better over ten than over five
CLOSED_BEAM: Final = 5  # where single sounds say as much as words
FAINT: Final = 1e-3  # RMS; -60 dBFS is no voice
SHORTEST: Final = 800  # samples: a tenth of a second holds no word
HABIT: Final = 0.6  # of a word's worth without audio that is taken off
HISS: Final = 6000  # samples
MAX_USUAL: Final = 2000  # wordings: more than all questions of a table have
_LEAST: Final = 1e-9


class WhisperEngine:
    """Whisper base, Chinese. Without a whole table of single sounds, words alone decide."""

    def __init__(self, folder: Path, table: Path | None = None) -> None:
        self._model = WhisperModel(folder)
        hiss = np.random.default_rng(114).standard_normal(HISS).astype(np.float32) * LEVEL
        self._noise = self._model.encode(hiss, silence_after=SILENCE_AFTER)
        self._usual: dict[str, float] = {}
        self._phones = phones_at(table or table_place())

    @property
    def name(self) -> str:
        return "whisper-base-int8"

    def hear(self, samples: Samples, hints: Hints) -> Heard:
        loudness = float(np.sqrt(np.mean(samples**2))) if samples.size else 0.0
        if samples.size < SHORTEST or loudness < FAINT:
            return NOTHING
        began = time.monotonic()
        level = samples * (LEVEL / loudness)
        silence = CLOSED_SILENCE if hints.only and self._phones else SILENCE_AFTER
        encoded = self._model.encode(level, silence_after=silence)
        beam, count = (CLOSED_BEAM, CLOSED_BEAM) if hints.only else (BEAM, READINGS)
        readings = self._read(encoded, prompt_with(hints.hot_words), beam, count)
        if not hints.only:
            readings = unbroken(readings)
        heard = self._answer(encoded, hints, readings)
        took = time.monotonic() - began
        if hints.only or heard.choice or not is_worthwhile(readings, level, took):
            return heard
        return open_answer(together(readings, self._again(level)))

    def _read(self, encoded: Encoded, prompt: str, beam: int, count: int) -> tuple[Hypothesis, ...]:
        found = self._model.readings(encoded, prompt=prompt, beam=beam, count=count)
        return cleaned(found, prompt)

    def _again(self, level: Samples) -> tuple[Hypothesis, ...]:
        encoded = self._model.encode(slowed(level), silence_after=SILENCE_AFTER)
        return unbroken(self._read(encoded, "", BEAM, READINGS))

    def _answer(self, encoded: Encoded, hints: Hints, readings: tuple[Hypothesis, ...]) -> Heard:
        """Which answer was meant, or what was read."""
        if not hints.choices:
            return open_answer(readings)
        by_sound = self._sounds(encoded).worth
        most = WEIGHED if self._phones else BY_WORDS_ALONE
        judges = Judges(by_sound, lambda wordings: self._worth(encoded, wordings), most)
        return choose(hints, readings, judges)

    def _sounds(self, encoded: Encoded) -> Sounds | Unweighed:
        if self._phones is None:
            return Unweighed()
        return self._phones.of(encoded.while_spoken)

    def _worth(self, encoded: Encoded, wordings: Sequence[str]) -> list[float]:
        """How much likelier each is than it would be of noise."""
        usual = self._of_noise(wordings)
        found = self._scores(encoded, wordings)
        return [one - HABIT * usual[word] for one, word in zip(found, wordings, strict=True)]

    def _of_noise(self, wordings: Sequence[str]) -> Mapping[str, float]:
        """The model likes some words whatever it hears: each is weighed once without any."""
        fresh = [word for word in wordings if word not in self._usual]
        if fresh:
            if len(self._usual) > MAX_USUAL:
                self._usual.clear()
                fresh = list(wordings)
            self._usual.update(zip(fresh, self._scores(self._noise, fresh), strict=True))
        return self._usual

    def _scores(self, encoded: Encoded, wordings: Sequence[str]) -> list[float]:
        """Log-probabilities; long wordings pay for their length, but not in full."""
        weighed = self._model.weigh(encoded, wordings, prompt="")
        return [sum(log(max(_LEAST, one)) for one in word) / sqrt(len(word)) for word in weighed]


def prompt_with(hot_words: Sequence[str]) -> str:
    """What was said before, with the first of the words that are likely."""
    if not hot_words:
        return PROMPT
    here, *there = hot_words[:PLACES]
    return PLACED.format(here=here, there="、".join(there) or here)
