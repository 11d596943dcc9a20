"""What is being said on a stream, 20 ms at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from ivr.wire.audiosocket import FRAME


class Playback:
    """Clips one after the other without a gap. The samples are shared, never copied whole."""

    __slots__ = ("_at", "_clip", "_clips")

    def __init__(self, clips: Iterable[bytes]) -> None:
        self._clips = deque(clip for clip in clips if clip)
        self._clip = self._clips.popleft() if self._clips else b""
        self._at = 0

    def next(self) -> bytes:
        """The next FRAME bytes, b"" when all has been said. The last frame ends in silence."""
        frame = self._clip[self._at : self._at + FRAME]
        self._at += FRAME
        return frame if len(frame) == FRAME else self._joined(frame)

    def stop(self) -> None:
        """Not a frame more."""
        self._clips.clear()
        self._clip = b""

    def _joined(self, frame: bytes) -> bytes:
        """A frame made of the end of one clip and the beginning of the next."""
        while self._clips and len(frame) < FRAME:
            self._clip = self._clips.popleft()
            self._at = FRAME - len(frame)
            frame += self._clip[: self._at]
        if not frame:
            self.stop()
        return frame.ljust(FRAME, b"\0") if frame else b""
