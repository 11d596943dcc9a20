"""Sound as files: whatever a caller of this package has, as the WAV that pjsua2 plays.

Everything is 8 kHz, mono, 16 bit, which is what a telephone line carries.
"""

from __future__ import annotations

import array
import struct
import sys
import wave
from pathlib import Path
from typing import Final

from prompts.alaw import LINEAR, RATE

ALAW_SUFFIXES: Final = frozenset({".alaw", ".al"})  # without any header
PCM, ALAW = 1, 6  # format tags of WAVE


class NotASound(ValueError):
    """The file is not 8 kHz mono 16-bit WAV, nor raw A-law."""


def read_samples(path: Path) -> array.array[int]:
    """The samples of a WAV (linear or A-law) or raw A-law file, as signed 16-bit numbers."""
    content = path.read_bytes()
    if path.suffix in ALAW_SUFFIXES:
        return _from_alaw(content)
    chunks = _chunks(path, content)
    shape, data = chunks.get(b"fmt ", b""), chunks.get(b"data")
    if len(shape) < 16 or data is None:
        raise NotASound(f"{path} is a WAV file without a format or without data")
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", shape)
    if (rate, channels) != (RATE, 1) or (tag, bits) not in {(PCM, 16), (ALAW, 8)}:
        raise NotASound(f"{path}: rate {rate}, channels {channels}, format {tag}, bits {bits}")
    return _from_alaw(data) if tag == ALAW else _from_linear(data)


def _chunks(path: Path, content: bytes) -> dict[bytes, bytes]:
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise NotASound(f"{path} is neither WAV nor {sorted(ALAW_SUFFIXES)}")
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, at)
        if name == b"data" and length == 0:  # a recorder that was cut off left no length
            length = len(content)
        found[name] = content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    return found


def _from_alaw(codes: bytes) -> array.array[int]:
    return array.array("h", (LINEAR[code] for code in codes))


def _from_linear(data: bytes) -> array.array[int]:
    samples = array.array("h", data[: len(data) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def write_samples(path: Path, samples: array.array[int]) -> Path:
    """Write `samples` as a WAV file; returns `path`."""
    little = array.array("h", samples)
    if sys.byteorder == "big":
        little.byteswap()
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(little.tobytes())
    return path


def playable(path: Path, folder: Path) -> tuple[Path, float]:
    """A linear WAV of the sound at `path`, made in `folder`, and its seconds."""
    samples = read_samples(path)
    if not samples:
        raise NotASound(f"{path} holds no sound")
    seconds = len(samples) / RATE
    return write_samples(folder / f"playing-{path.stem}.wav", samples), seconds


def write_silence(folder: Path) -> Path:
    """A second of silence, to be looped: a telephone always sends sound, also when nobody talks."""
    return write_samples(folder / "silence.wav", array.array("h", bytes(2 * RATE)))


__all__ = ["RATE", "NotASound", "playable", "read_samples", "write_samples", "write_silence"]
