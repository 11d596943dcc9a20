"""What is learned from: clips of synthetic voices, and what they say.

`said.csv` has a row for each clip: voice, speed, text, bytes. The clips of a voice follow one
another in its file, A-law at 8 kHz, in the order of their rows.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from ivr.kernel.errors import HotlineError
from ivr.speech.engines.engine import Samples, samples_of
from ivr.telephony.audio_clips import linear

SAID: Final = "said.csv"


class LessonsDamaged(HotlineError):
    """The rows and the clips do not belong together; the message says which voice."""

    id = "speech-lessons-damaged"


@frozen(eq=False)
class Clip:
    """Somebody says this text."""

    text: str
    sound: Samples


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / SAID).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def clips(folder: Path) -> Iterator[Clip]:
    """All of them, a voice after the other. Raises `LessonsDamaged`."""
    said: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in rows(folder):
        said[row["voice"]].append((row["text"], int(row["bytes"])))
    for voice, texts in said.items():
        codes = (folder / f"{voice}.alaw").read_bytes()
        if len(codes) != sum(length for _, length in texts):
            raise LessonsDamaged(f"{folder / voice}.alaw is not as long as {SAID} says")
        at = 0
        for text, length in texts:
            yield Clip(text, samples_of(linear(codes[at : at + length])))
            at += length
