"""Which sound each 20 ms of an utterance is, whatever words the sounds make.

A linear table from the encoder's states to `UNITS`, learned with connectionist temporal
classification from synthetic voices. Whisper's decoder wants to write sentences and is lost on one
syllable; this knows no words, so it weighs 八 as fairly as a sentence, and costs a hundredth of a
second. `ivr.speech.learning` makes it during set-up; without it words alone decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zipfile import BadZipFile
from zlib import error as BadCompression  # noqa: N812 - an error like the others

import numpy as np
import numpy.typing as npt
from attrs import frozen

from ivr.speech.engines.whisper.trellis import Chances, likelihoods
from ivr.speech.engines.whisper.units import UNITS, units_of
from ivr.speech.table_files import TableDamaged

STATE: Final = 512  # numbers of one state of the encoder
IMPOSSIBLE: Final = -1000.0  # of a text that can not be said in the time, or has no sound


class Unweighed:
    """Nobody tells single sounds: all texts fit alike."""

    def worth(self, texts: Sequence[str]) -> list[float]:
        return [0.0] * len(texts)


@frozen(eq=False)
class Sounds:
    """One utterance, sound by sound."""

    chances: Chances

    def worth(self, texts: Sequence[str]) -> list[float]:
        """Log-probability of the sounds of each text."""
        sounds = {text: units_of(text) for text in texts}
        sayable = [text for text, units in sounds.items() if self._has_time(units)]
        found = likelihoods(self.chances, [sounds[text] for text in sayable])
        worth = dict(zip(sayable, found, strict=True))
        return [worth.get(text, IMPOSSIBLE) for text in texts]

    def _has_time(self, sequence: Sequence[int]) -> bool:
        return 0 < 2 * len(sequence) < len(self.chances)


class Phones:
    """The table. Raises `TableDamaged` where the file is no table, or there is none."""

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path) as table:
                self._weights = table["weights"].astype(np.float32)
                self._bias = table["bias"].astype(np.float32)
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, BadCompression) as why:
            raise TableDamaged(f"{path}: {why}") from why
        if self._weights.shape != (STATE, len(UNITS)) or self._bias.shape != (len(UNITS),):
            raise TableDamaged(f"{path} is of other sounds or of another encoder")

    def of(self, states: npt.NDArray[np.float32]) -> Sounds:
        """Of the encoder's states while somebody spoke."""
        raw = states @ self._weights + self._bias
        raw -= raw.max(axis=1, keepdims=True)
        return Sounds(raw - np.log(np.exp(raw).sum(axis=1, keepdims=True)))


def phones_at(place: Path) -> Phones | None:
    """The table, or None without a whole one: words alone decide, and `hotline doctor` tells."""
    try:
        return Phones(place)
    except TableDamaged:
        return None
