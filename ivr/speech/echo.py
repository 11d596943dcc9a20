"""How loud the echo of what is being said to the caller must be by now.

Lines send back what is played into them, later and softer; speakerphones do so loudly. What
was played is known frame by frame, so the delay is found where the loudness of both moves
together, and the loss as what usually lies between them.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from ivr.speech.loudness import SILENT

DELAYS: Final = 20  # frames: echo later than 400 ms comes from no line that people talk over
AUDIBLE: Final = -45.0  # dBFS of what is played; below it there is nothing to send back
FIRST_LOSS: Final = 14.0  # dB, until the line is known: less than most lines have
LEAST_LOSS: Final = 5.0  # dB; a line that returned more would howl
KNOWN: Final = 30  # frames of played sound after which the loss is an estimate
REMEMBERED: Final = 60
EARLIER: Final = 1  # frames before the usual delay from which something may come back
LATER: Final = 3  # frames after it: rooms ring
_USUAL: Final = 0.4  # of the losses seen, this share is smaller: a caller who talks adds small ones
_SMOOTH: Final = 0.96


class Echo:
    """What comes back on one line."""

    def __init__(self) -> None:
        self._played: deque[float] = deque([SILENT] * (DELAYS + 1), maxlen=DELAYS + 1)
        self._alike = [0.0] * (DELAYS + 1)
        self._losses: deque[float] = deque(maxlen=REMEMBERED)
        self._means = (SILENT, SILENT)

    def expect(self, played: float, heard: float) -> float:
        """The level of the echo in this frame, from the levels of both (dBFS)."""
        self._played.appendleft(played)
        if max(self._played) < AUDIBLE:
            return SILENT
        self._compare(heard)
        back = self._played[self._delay()]
        if back >= AUDIBLE and heard > SILENT:
            self._losses.append(back - heard)
        return max(SILENT, self._around() - self._loss())

    def _compare(self, heard: float) -> None:
        """Correlation of the movements of loudness, for each delay."""
        mean_played, mean_heard = self._means
        mean_played += (1 - _SMOOTH) * (self._played[0] - mean_played)
        mean_heard += (1 - _SMOOTH) * (heard - mean_heard)
        self._means = (mean_played, mean_heard)
        moved = heard - mean_heard
        self._alike = [
            _SMOOTH * alike + moved * (played - mean_played)
            for alike, played in zip(self._alike, self._played, strict=True)
        ]

    def _delay(self) -> int:
        return max(range(DELAYS + 1), key=self._alike.__getitem__)

    def _around(self) -> float:
        """The loudest that may be coming back: the delay is known to a frame or two."""
        at = self._delay()
        if len(self._losses) < KNOWN:
            return max(self._played)
        near = range(max(0, at - EARLIER), min(DELAYS, at + LATER) + 1)
        return max(self._played[one] for one in near)

    def _loss(self) -> float:
        if len(self._losses) < KNOWN:
            return FIRST_LOSS
        ordered = sorted(self._losses)
        return max(LEAST_LOSS, ordered[int(len(ordered) * _USUAL)])
