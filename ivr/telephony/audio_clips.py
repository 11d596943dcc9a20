"""Prompts in memory, as samples: decoded once, shared by all calls."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

from ivr.kernel.sound import Sound
from ivr.telephony.agi_call import FindSound

ROOM: Final = 64 * 2**20  # bytes: more than an hour of speech, several times a site's library
SUFFIX: Final = ".alaw"  # of a clip's file; Asterisk finds the same one by the same name
LONGEST: Final = 8000 * 120  # bytes of a file; no sentence takes two minutes


@frozen
class ClipFile:
    """A clip as it was on disk; `stamp` changes when it is rendered again. No samples: none."""

    name: str
    stamp: int
    samples: bytes

    @classmethod
    def read(cls, name: str) -> ClipFile:
        """Blocks. A file that is missing, too long or unreadable is a clip without samples."""
        stamp = stamp_of(name)
        try:
            with Path(name + SUFFIX).open("rb") as file:
                codes = file.read(LONGEST + 1)
        except OSError:
            codes = b""
        return cls(name, stamp, linear(codes) if len(codes) <= LONGEST else b"")


class ClipStore:
    """The samples of what is said. What was used longest ago makes room for the rest."""

    def __init__(self, sounds: FindSound, *, room: int = ROOM) -> None:
        self._sounds = sounds
        self._room = room
        self._kept: OrderedDict[str, ClipFile] = OrderedDict()
        self.size = 0

    async def samples(self, sounds: Sequence[Sound]) -> tuple[bytes, ...]:
        """The samples of each, b"" where there is no clip; a thread reads what is not kept."""
        names = [self._sounds(sound) for sound in sounds]
        found = {name: kept for name in names if name and (kept := self._kept_as_is(name))}
        unread = {name for name in names if name} - set(found)
        if unread:
            found |= {clip.name: clip for clip in await asyncio.to_thread(_read, unread)}
            for name in unread:
                self._keep(found[name])
        return tuple(found[name].samples if name else b"" for name in names)

    def _kept_as_is(self, name: str) -> ClipFile | None:
        clip = self._kept.get(name)
        if clip is None or clip.stamp != stamp_of(name):
            return None
        self._kept.move_to_end(name)
        return clip

    def _keep(self, clip: ClipFile) -> None:
        old = self._kept.pop(clip.name, None)
        self.size += len(clip.samples) - (len(old.samples) if old else 0)
        self._kept[clip.name] = clip
        while self.size > self._room:
            _, oldest = self._kept.popitem(last=False)
            self.size -= len(oldest.samples)


def stamp_of(name: str) -> int:
    """When the clip's file was written, 0 when there is none."""
    try:
        return Path(name + SUFFIX).stat().st_mtime_ns
    except OSError:
        return 0


def linear(codes: bytes) -> bytes:
    """G.711 A-law as signed 16-bit little-endian samples."""
    samples = bytearray(2 * len(codes))
    samples[0::2] = codes.translate(_LOW)
    samples[1::2] = codes.translate(_HIGH)
    return bytes(samples)


def _read(names: Iterable[str]) -> list[ClipFile]:
    return [ClipFile.read(name) for name in names]


def _worth(code: int) -> int:
    """The sample of one code (ITU-T G.711, table 1a), scaled to 16 bits."""
    bits = code ^ 0x55  # every other bit is sent inverted
    segment, step = bits >> 4 & 7, bits & 15
    middle = (step << 4) + 8 if not segment else ((step << 4) + 0x108) << (segment - 1)
    return middle if bits & 0x80 else -middle


_LOW: Final = bytes(_worth(code) & 0xFF for code in range(256))
_HIGH: Final = bytes(_worth(code) >> 8 & 0xFF for code in range(256))
