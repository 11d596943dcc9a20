"""What callers hear, for the browser: clips of the library as WAV."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ivr.kernel.sound import Sound
from ivr.web.parts import Sounds
from prompts.alaw import LINEAR, RATE, SILENCE

PAUSE: Final = bytes([SILENCE]) * (RATE // 5)  # between two clips, as they are heard
LONGEST: Final = 60 * RATE  # bytes; a menu takes twenty seconds

# Two look-ups of the whole clip at once: sample by sample would take a second.
_LOW: Final = bytes(sample & 0xFF for sample in LINEAR)
_HIGH: Final = bytes(sample >> 8 & 0xFF for sample in LINEAR)


def is_recorded(library: Sounds, sounds: Iterable[Sound]) -> bool:
    """Whether every word of it has been recorded as it is written now."""
    return all(library.speaks(sound) for sound in sounds if sound.text.strip("，"))


def as_wave(paths: Iterable[Path]) -> bytes:
    """One file of 16-bit samples, which every browser plays. Reads the disk: use a thread."""
    clips = PAUSE.join(path.read_bytes() for path in paths)[:LONGEST]
    samples = bytearray(2 * len(clips))
    samples[0::2], samples[1::2] = clips.translate(_LOW), clips.translate(_HIGH)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(bytes(samples))
    return file.getvalue()
