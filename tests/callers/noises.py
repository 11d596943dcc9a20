"""What is heard beside a caller: other people, hiss, a humming line, a street. All made here."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from prompts.alaw import LINEAR
from prompts.render.alaw import encode

from .clips import RATE, clip

Samples = npt.NDArray[np.float64]
Random = np.random.Generator
PEOPLE: Final = ("water", "heating", "lamp", "bus", "housing_fund", "murmur", "progress")
MAINS: Final = 50  # Hz
MOMENT: Final = RATE // 4


def read(path: Path) -> Samples:
    """A-law as samples -1..1."""
    decoded = np.array(LINEAR, dtype=np.float64) / 32768
    return np.asarray(decoded[np.frombuffer(path.read_bytes(), np.uint8)])


def coloured(length: int, random: Random, slope: float) -> Samples:
    """Noise whose spectrum falls by this power of the frequency, in a telephone's band."""
    spectrum = np.fft.rfft(random.standard_normal(length))
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    shape = np.where((hertz > 250) & (hertz < 3400), np.maximum(hertz, 1.0) ** -slope, 0.0)
    return _even(np.fft.irfft(spectrum * shape, length))


def pink(length: int, random: Random) -> Samples:
    return coloured(length, random, 0.5)


def hum(length: int, random: Random) -> Samples:
    """A line beside the mains: odd overtones, and some hiss."""
    at = np.arange(length) / RATE
    tones = [
        random.uniform(0.2, 1)
        / times
        * np.sin(2 * np.pi * MAINS * times * at + random.uniform(0, 6))
        for times in (7, 9, 11, 13, 15, 21)
    ]
    return _even(_even(np.sum(tones, axis=0)) + 0.3 * coloured(length, random, 0.0))


def street(length: int, random: Random) -> Samples:
    """Traffic that comes and goes."""
    at = np.arange(length) / length
    passing = sum(np.exp(-(((at - random.uniform()) / 0.2) ** 2)) for _ in range(2))
    return _even(coloured(length, random, 0.8) * (0.4 + passing))


def babble(length: int, random: Random) -> Samples:
    """Six people at a time, each at a pitch of their own."""
    return _even(np.sum([_somebody(length, random) for _ in range(6)], axis=0))


KINDS: Final[Mapping[str, Callable[[int, Random], Samples]]] = {
    "babble": babble,
    "pink": pink,
    "hum": hum,
    "street": street,
}


def beside(said: Samples, kind: str, decibel: float, name: str = "") -> Samples:
    """What was said with noise so far under it; the same for the same name."""
    random = np.random.default_rng(zlib.crc32(f"{kind}{name}".encode()))
    level = np.sqrt(np.mean(said**2)) * 10 ** (-decibel / 20)
    return np.asarray(said + level * KINDS[kind](len(said), random))


def recorded_beside(said: Path, kind: str, decibel: float, folder: Path) -> Path:
    """A clip as it is with noise under it, and a moment of noise before and after."""
    noisy = beside(np.pad(read(said), MOMENT), kind, decibel, said.stem)
    path = folder / f"{said.stem}-{kind}.alaw"
    path.write_bytes(encode(np.clip(noisy, -1.0, 1.0)))
    return path


def _somebody(length: int, random: Random) -> Samples:
    voice = _people()[random.integers(len(PEOPLE))]
    at = (np.arange(length) * random.uniform(0.8, 1.3) + random.integers(len(voice))) % len(voice)
    return random.uniform(0.5, 1) * voice[at.astype(int)]


@cache
def _people() -> tuple[Samples, ...]:
    return tuple(read(clip(name)) for name in PEOPLE)


def _even(noise: Samples) -> Samples:
    return np.asarray(noise / (np.sqrt(np.mean(noise**2)) + 1e-12))
