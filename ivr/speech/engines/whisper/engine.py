"""Judgement over the model: what was said, or which answer was meant, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import Final

import numpy as np

from ivr.kernel.heard import NOTHING, Heard, Hints
from ivr.speech.engines.engine import Samples
from ivr.speech.engines.whisper.cleaning import cleaned
from ivr.speech.engines.whisper.model import Encoded, WhisperModel
from ivr.speech.grammar import choose, open_answer

# Measured on development clips; docs/benchmarks.md says what each is worth.
PROMPT: Final = "我家的暖气不热，水费怎么交，社保卡怎么办，找哪个部门？"
BEAM: Final = 5
READINGS: Final = 5
SILENCE_AFTER: Final = 3.0  # seconds; with less, one word becomes a loop of it
LEVEL: Final = 0.1  # RMS
FAINT: Final = 1e-3  # RMS; -60 dBFS is no voice
SHORTEST: Final = 800  # samples: a tenth of a second holds no word
_LEAST: Final = 1e-9


class WhisperEngine:
    """Whisper base, Chinese."""

    def __init__(self, folder: Path) -> None:
        self._model = WhisperModel(folder)

    @property
    def name(self) -> str:
        return "whisper-base-int8"

    def hear(self, samples: Samples, hints: Hints) -> Heard:
        loudness = float(np.sqrt(np.mean(samples**2))) if samples.size else 0.0
        if samples.size < SHORTEST or loudness < FAINT:
            return NOTHING
        encoded = self._model.encode(samples * (LEVEL / loudness), silence_after=SILENCE_AFTER)
        found = self._model.readings(encoded, prompt=PROMPT, beam=BEAM, count=READINGS)
        readings = cleaned(found, PROMPT)
        if not hints.choices:
            return open_answer(readings)
        return choose(hints, readings, lambda wordings: self._worth(encoded, wordings))

    def _worth(self, encoded: Encoded, wordings: Sequence[str]) -> list[float]:
        """The mean log-probability of a token of each wording."""
        weighed = self._model.weigh(encoded, wordings, prompt="")
        return [sum(log(max(_LEAST, one)) for one in word) / len(word) for word in weighed]
