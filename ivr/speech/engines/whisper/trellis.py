"""How likely each of several sequences of sounds is, over all ways to spread it over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from ivr.speech.engines.whisper.units import BLANK

Chances = npt.NDArray[np.float32]
"""Logarithms, one row for each 20 ms, one column for each of `UNITS`."""

_NEVER: Final = np.float32(-1e9)


def likelihoods(chances: Chances, sequences: Sequence[Sequence[int]]) -> list[float]:
    """Log-probability of each sequence, as connectionist temporal classification sums it.

    Between sounds, before the first and after the last there may be any length of blank.
    """
    if not sequences or not len(chances):
        return [0.0] * len(sequences)
    steps, may_skip = _laid_out(sequences)
    said = chances[:, steps]  # time, sequence, step
    reached = np.full(steps.shape, _NEVER, dtype=np.float32)
    reached[:, :2] = said[0, :, :2]
    for now in said[1:]:
        reached = _onward(reached, may_skip) + now
    last = np.array([2 * len(sequence) for sequence in sequences])
    rows = np.arange(len(sequences))
    before = np.where(last > 0, reached[rows, np.maximum(0, last - 1)], _NEVER)
    return [float(one) for one in np.logaddexp(reached[rows, last], before)]


def _laid_out(
    sequences: Sequence[Sequence[int]],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Blank, sound, blank, sound ..., blank; and where the blank before a sound may be left out."""
    longest = max(map(len, sequences))
    steps = np.full((len(sequences), 2 * longest + 1), BLANK, dtype=np.intp)
    for row, sequence in zip(steps, sequences, strict=True):
        row[1 : 2 * len(sequence) : 2] = sequence
    may_skip = np.zeros(steps.shape, dtype=np.bool_)
    may_skip[:, 3::2] = steps[:, 3::2] != steps[:, 1:-2:2]
    return steps, may_skip


def _onward(reached: Chances, may_skip: npt.NDArray[np.bool_]) -> Chances:
    """Staying, going on by one, or past a blank."""
    by_one = np.full_like(reached, _NEVER)
    by_one[:, 1:] = reached[:, :-1]
    by_two = np.full_like(reached, _NEVER)
    by_two[:, 2:] = np.where(may_skip[:, 2:], reached[:, :-2], _NEVER)
    onward: Chances = np.logaddexp(np.logaddexp(reached, by_one), by_two)
    return onward
