"""A second hearing of what the first was unsure of: slower, lower, and with nothing said before.

A child's or a hurried voice sounds more like those the model knows when it is played slower, and
without a prompt it can not fall back on the prompt's words. What both hearings read goes to the
router, which weighs it; docs/benchmarks.md says what that is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ivr.kernel.heard import Hypothesis
from ivr.speech.engines.engine import Samples

SLOWER: Final = 0.87  # of the speed and of the pitch
UNSURE: Final = -0.5  # mean log-probability of the best reading; half of hard clips are below it
LONGEST: Final = 8 * 8000  # samples; a longer story has more than one way to be understood
LESS: Final = 0.25  # of score: played slower, what was clear in the first hearing is not always so
PATIENCE: Final = 1.0  # seconds the first hearing took: where it took longer, two would be late


def is_worthwhile(readings: Sequence[Hypothesis], samples: Samples, took: float) -> bool:
    """Whether there is doubt, and time: `took` is how many seconds the first hearing took.

    Where nothing was read nobody spoke; a second look would only invent something.
    """
    doubtful = bool(readings) and readings[0].score <= UNSURE
    return doubtful and samples.size <= LONGEST and took <= PATIENCE


def slowed(samples: Samples) -> Samples:
    """The same sounds, longer and lower by `SLOWER`."""
    length = round(samples.size / SLOWER)
    stretched = np.fft.irfft(np.fft.rfft(samples), length) * (length / samples.size)
    return np.asarray(stretched, dtype=np.float32)


def together(first: Sequence[Hypothesis], again: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """What both hearings read, best first, each text once; the second has a little less say."""
    best = {one.text: one.score for one in first}
    for one in again:
        best[one.text] = max(one.score - LESS, best.get(one.text, one.score - LESS))
    ranked = sorted(best.items(), key=lambda each: -each[1])
    return tuple(Hypothesis(text, score) for text, score in ranked)
