"""Listening while the call goes on: wait until a sentence is heard, then do something about it."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deploy.phones.listen import Clip, Heard, NotHeard, heard_in, load
from deploy.phones.matching import RATE, Haystack, whitened
from deploy.phones.phone import Leg

HEADER: Final = 44  # bytes of an empty recording
LOOK: Final = 0.25  # seconds; the recorder writes that often
OVERLAP: Final = 0.15  # seconds by which a clip may seem to begin before the last one ended
AGAIN: Final = 6.0  # seconds that are searched again: what began earlier would have been known
BEGUN: Final = 0.6  # seconds of a clip that are enough to know it by, if it is longer
WHOLE: Final = 0.85  # of a clip; its end may be cut by the next one's beginning
PATIENCE: Final = 60.0  # seconds; longer than the longest sentence on the slowest machine


class Ear:
    """Follows what one call hears. What was heard once is not heard again: order matters."""

    def __init__(self, call: Leg) -> None:
        self.call = call
        self.heard: list[Heard] = []
        self._from = 0.0
        self._searched = 0.0  # seconds in which the clip that is waited for was looked for

    async def hear(
        self, *clips: Clip, within: float = PATIENCE, whole: bool = False
    ) -> tuple[Heard, ...]:
        """Wait until each of the clips has begun (or, if `whole`, ended), in this order.

        Raises `NotHeard`, which says what was heard since the last one instead.
        """
        return tuple([await self._hear(clip, within, whole=whole) for clip in clips])

    async def _hear(self, clip: Clip, within: float, *, whole: bool) -> Heard:
        until = time.monotonic() + within
        self._searched = 0.0
        while True:
            ended = self.call.ended
            if found := self._find(clip, whole=whole):
                self.heard.append(found)
                self._from = found.end
                return found
            if ended or time.monotonic() > until:
                raise NotHeard(self._complaint(clip, within, ended=ended))
            await asyncio.sleep(LOOK)

    def _find(self, clip: Clip, *, whole: bool) -> Heard | None:
        again = AGAIN + (clip.seconds if whole else 0.0)
        start = max(0.0, self._from - OVERLAP, self._searched - again)
        recorded = self._samples()
        self._searched = len(recorded) / RATE
        samples = recorded[int(start * RATE) :]
        for match in Haystack(whitened(samples)).find(clip.samples):
            seconds = (match.end - match.start) / RATE
            enough = match.portion >= WHOLE or (not whole and seconds >= BEGUN)
            if enough:
                return heard_in(match, clip.name, start)
        return None

    def _samples(self) -> NDArray[np.int16]:
        """What was recorded so far; the recorder makes the file before it writes the header."""
        recording = self.call.recording
        if not recording.exists() or recording.stat().st_size < HEADER:
            return np.zeros(0, dtype=np.int16)
        return load(recording)

    def _complaint(self, clip: Clip, within: float, *, ended: bool) -> str:
        why = "the call ended" if ended else f"{within:g} s went by"
        before = ", ".join(f"{each.name} at {each.start:.1f}" for each in self.heard[-6:])
        return (
            f"{why} and {clip.name} was not heard after {self._from:.1f} s of "
            f"{len(self._samples()) / RATE:.1f} s in {self.call.recording}; "
            f"before: {before or 'nothing'}"
        )
