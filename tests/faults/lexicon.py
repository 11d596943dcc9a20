"""What a line hears, told by its very bytes.

The clips are A-law and so is the line: Asterisk sends a clip's bytes as they are on disk, 160 to
a packet. Looking a packet up is all that it takes to know who says what, for any number of lines.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from attrs import frozen

from ivr.app.wanted import wanted
from prompts.sound_library import COMMITTED, Library
from routing.load import load_table

FRAME: Final = 160  # bytes in a packet of 20 ms
LOUD: Final = tuple(code ^ 0x55 for code in (*range(0x20, 0x60), *range(0xA0, 0xE0)))


@frozen
class Spot:
    """A place in a clip: its name, and how many packets into it; -1 for one that comes again."""

    clip: str
    index: int


class Lexicon:
    """Packets that belong to one clip alone, and where in it they stand."""

    def __init__(self, clips: Iterable[tuple[str, bytes]]) -> None:
        self._spots: dict[bytes, Spot | None] = {}
        named: dict[bytes, str] = {}
        for name, content in clips:
            named[content] = min(name, named.get(content, name))  # digit.3 before number.3
        for content, name in named.items():
            for index in range(len(content) // FRAME):
                frame = content[index * FRAME : (index + 1) * FRAME]
                self._spots[frame] = self._place(frame, Spot(name, index))

    def _place(self, frame: bytes, spot: Spot) -> Spot | None:
        if frame not in self._spots:
            return spot
        known = self._spots[frame]
        same = known is not None and known.clip == spot.clip
        return Spot(spot.clip, -1) if same else None  # None: silence, or shared by two clips

    def spot(self, frame: bytes) -> Spot | None:
        """Where this packet comes from, if that can be told."""
        return self._spots.get(frame)

    @classmethod
    def of(cls, *folders: Path) -> Lexicon:
        """Everything the product can say, as it is in these folders."""
        library = Library((COMMITTED, *folders))
        found = ((sound.id, library.clip(sound)) for sound in wanted(load_table()))
        return cls((name, clip.path.read_bytes()) for name, clip in found if clip is not None)


def voice_of(serial: int) -> bytes:
    """20 ms of one caller's own voice: loud, and nobody else's."""
    return bytes(random.Random(serial).choices(LOUD, k=FRAME))
