"""Sounds that are built like speech: syllables of a buzz or a hiss through moving resonances."""

from __future__ import annotations

import array
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from deploy.phones.wave_files import RATE, write_samples

Sound = NDArray[np.int16]


def sentence(seed: int, seconds: float) -> Sound:
    """Unlike the sentence of any other seed; the same for the same."""
    chance = np.random.default_rng(seed)
    parts: list[NDArray[np.float64]] = []
    while sum(map(len, parts)) < seconds * RATE:
        parts.append(_syllable(chance))
    whole = np.concatenate(parts)[: int(seconds * RATE)]
    return (whole / np.max(np.abs(whole)) * 12000).astype(np.int16)


def _syllable(chance: np.random.Generator) -> NDArray[np.float64]:
    length = int(chance.uniform(0.12, 0.26) * RATE)
    pitch = np.linspace(*chance.uniform(150, 280, 2), length)
    buzz = np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0.0)
    sound = buzz + chance.normal(0, 0.02, length)
    onset = int(chance.uniform(0.02, 0.07) * RATE)
    sound[:onset] = chance.normal(0, 0.15, onset)
    for formant in (
        chance.uniform(300, 900),
        chance.uniform(1000, 2200),
        chance.uniform(2300, 3400),
    ):
        radius, turn = 0.96, 2 * np.pi * formant / RATE
        sound = lfilter([1.0], [1.0, -2 * radius * np.cos(turn), radius**2], sound)
    return sound * np.hanning(length) ** 0.3


def slipped(sound: Sound, every: float, seed: int = 1) -> Sound:
    """What a jitter buffer in trouble makes of it: 20 ms dropped or repeated, again and again."""
    chance = np.random.default_rng(seed)
    parts, at = [], 0
    while at < len(sound):
        length = int(every * RATE * chance.uniform(0.7, 1.3))
        parts.append(sound[at : at + length])
        at += length
        if chance.random() < 0.5:
            at += RATE // 50
        else:
            parts.append(sound[max(0, at - RATE // 50) : at])
    return np.concatenate(parts)


def silence(seconds: float) -> Sound:
    return np.full(int(seconds * RATE), 8, dtype=np.int16)


def recorded(path: Path, *sounds: Sound) -> Path:
    """One recording of sounds after each other."""
    return write_samples(path, array.array("h", np.concatenate(sounds).tobytes()))
