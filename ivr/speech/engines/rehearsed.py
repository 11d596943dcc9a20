"""An engine for rehearsals of what can go wrong: the loudness of the audio says what it does."""

from __future__ import annotations

import os
import time
from typing import Final

import numpy as np

from ivr.kernel.heard import NOTHING, Heard, Hints, Hypothesis
from ivr.speech.engines.engine import Samples

# Peaks of the audio, in hundredths of full scale.
SPEAKS: Final = 10
SLOW: Final = 20
BREAKS: Final = 30
DIES: Final = 40
HANGS: Final = 50
SLOW_SECONDS: Final = 0.4


class RehearsedEngine:
    """Hears how long something was, unless it is told to misbehave."""

    @property
    def name(self) -> str:
        return "rehearsed"

    def hear(self, samples: Samples, hints: Hints) -> Heard:
        peak = round(100 * float(np.abs(samples).max(initial=0.0)))
        if not peak:
            return NOTHING
        self._misbehave(peak)
        choice = hints.choices[0].key if hints.choices else ""
        return Heard((Hypothesis(f"{len(samples)}", -0.1),), 0.9, choice)

    def _misbehave(self, peak: int) -> None:
        if peak == BREAKS:
            raise ValueError("a rehearsed failure")
        if peak == DIES:
            os._exit(3)
        time.sleep({SLOW: SLOW_SECONDS, HANGS: 3600.0}.get(peak, 0.0))
