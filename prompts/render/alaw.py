"""Samples to A-law: the encoder beside `prompts.alaw`, which decodes."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from prompts.alaw import FULL_SCALE, LINEAR

_ORDER: Final = np.argsort(np.array(LINEAR), kind="stable")
_LEVELS: Final = np.array(LINEAR)[_ORDER]
_BORDERS: Final = (_LEVELS[:-1] + _LEVELS[1:]) / 2


def encode(samples: npt.NDArray[np.floating]) -> bytes:
    """The nearest code of each sample; samples are -1..1, what lies outside is clipped.

    A-law's steps are not uniform, so "nearest" is looked up between the 256 levels. On a
    border between two steps the lower one wins, which no ear and no decoder can tell.
    """
    scaled = np.asarray(samples, dtype=np.float64) * FULL_SCALE
    return bytes(_ORDER[np.searchsorted(_BORDERS, scaled)].astype(np.uint8))


def decode(coded: bytes) -> npt.NDArray[np.float64]:
    """The samples of A-law audio, -1..1."""
    return np.array(LINEAR, dtype=np.float64)[np.frombuffer(coded, dtype=np.uint8)] / FULL_SCALE
