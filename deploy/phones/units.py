"""What stands behind the outbound context in the simulation: units, by the number dialled."""

from __future__ import annotations

import array
import math
import tomllib
from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path
from typing import Final

from attrs import frozen

from deploy.phones.wave_files import RATE, read_samples, write_samples
from ivr.kernel.sound import Sound
from prompts.catalogue import line_title
from prompts.sound_library import Library
from routing.directory import Directory, Line

DEFAULTS: Final = Path(__file__).with_name("exchange.toml")
BREATH: Final = array.array("h", [0] * (RATE // 2))
TONE: Final = 620  # Hz; what is heard of a unit whose clips were never rendered
KEYS: Final = {"ring", "talk", "busy", "never"}


class ExchangeWrong(ValueError):
    """The exchange's data file names something that there is not."""


class Manner(Enum):
    """How a line behaves when it is rung."""

    ANSWERS = "answers"
    BUSY = "busy"
    NEVER = "never"


@frozen
class Rules:
    """How units behave; durations in seconds, lines by their code."""

    ring: float
    talk: float
    busy: frozenset[str]
    never: frozenset[str]

    @classmethod
    def read(cls, path: Path, known: Iterable[Line]) -> Rules:
        """The rules in a TOML file; raises `ExchangeWrong` for a key or a line there is not."""
        found = tomllib.loads(path.read_text("utf-8"))
        if slips := found.keys() ^ KEYS:
            raise ExchangeWrong(f"{path}: unknown or missing {sorted(slips)}")
        busy, never = frozenset(found["busy"]), frozenset(found["never"])
        if missing := (busy | never) - {line.code for line in known}:
            raise ExchangeWrong(f"{path}: no such line {sorted(missing)}")
        return cls(float(found["ring"]), float(found["talk"]), busy, never)

    def manner(self, line: Line | None) -> Manner:
        if line is None:
            return Manner.ANSWERS
        if line.code in self.busy:
            return Manner.BUSY
        return Manner.NEVER if line.code in self.never else Manner.ANSWERS


class Units:
    """Who answers which number, and what they say."""

    def __init__(self, directory: Directory, library: Library, folder: Path) -> None:
        self._lines = {line.number: line for line in directory.lines}
        self._emergency = {each.number for each in directory.emergency}
        self._library = library
        self._folder = folder

    def line(self, number: str) -> Line | None:
        return self._lines.get(number)

    def knows(self, number: str) -> bool:
        return number in self._lines or number in self._emergency

    def introduction(self, line: Line | None) -> Path:
        """A WAV in which whoever picks up says which line this is; a tone if it has no clip."""
        name = line.code if line else "tone"
        path = self._folder / f"unit-{name}.wav"
        if not path.exists():
            write_samples(path, self._spoken(line) or _tone())
        return path

    @staticmethod
    def sounds(line: Line) -> Sequence[Sound]:
        """The clips of which a unit's introduction is made."""
        return (line_title(line.code, title=line.spoken_title),)

    def _spoken(self, line: Line | None) -> array.array[int]:
        spoken = array.array("h")
        for sound in self.sounds(line) if line else ():
            if clip := self._library.clip(sound):
                spoken += read_samples(clip.path)
                spoken += BREATH
        return spoken


def _tone() -> array.array[int]:
    turn = 2 * math.pi * TONE / RATE
    beep = array.array("h", (int(6000 * math.sin(turn * i)) for i in range(RATE)))
    return beep + BREATH
