"""Clips made for tests: tones as A-law, with a manifest that knows them."""

import hashlib
import math
from bisect import bisect_left
from pathlib import Path

from ivr.kernel.ids import SoundId
from ivr.kernel.sound import Sound
from ivr.kernel.units import Seconds
from prompts import manifest
from prompts.alaw import FULL_SCALE, LINEAR, RATE
from prompts.manifest import Entry

_CODES = sorted(range(256), key=LINEAR.__getitem__)
_LEVELS = [LINEAR[code] for code in _CODES]


def tone(*, seconds: float, level: float = 0.25, silence: float = 0.1) -> bytes:
    """A 440 Hz tone of this peak between two stretches of silence."""
    quiet = [0.0] * round(silence * RATE)
    wave = (level * math.sin(2 * math.pi * 440 * at / RATE) for at in range(round(seconds * RATE)))
    samples = [*quiet, *wave, *quiet]
    return bytes(_CODES[min(bisect_left(_LEVELS, x * FULL_SCALE), 255)] for x in samples)


def put(folder: Path, sound: Sound, coded: bytes, *, says: str | None = None) -> Path:
    """Lay a clip and its entry into an audio folder."""
    path = folder / f"{manifest.clip_name(sound.id)}{manifest.SUFFIX}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(coded)
    text = sound.text if says is None else says
    made = hashlib.sha256(coded).hexdigest()
    entry = Entry(text, made, Seconds(len(coded) / RATE))
    manifest.write(folder, {**manifest.read(folder), sound.id: entry})
    return path


def sound(name: str, text: str) -> Sound:
    return Sound(SoundId(name), text)
