"""What a worker process asks of an engine."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from ivr.speech.heard import Heard, Hints

Samples = npt.NDArray[np.float32]
"""Audio at 8 kHz, -1..1."""


class Engine(Protocol):
    """Hears one utterance at a time and may take a second of CPU for it."""

    @property
    def name(self) -> str:
        """Engine, model and version, for logs and the doctor."""

    def hear(self, samples: Samples, hints: Hints) -> Heard:
        """Everything that was understood; nothing at all of noise or silence."""


def samples_of(frames: bytes) -> Samples:
    """Samples of signed 16-bit little-endian audio; an odd byte at the end is dropped."""
    whole = frames[: len(frames) // 2 * 2]
    return np.frombuffer(whole, dtype="<i2").astype(np.float32) / 32768.0
