"""Learning single sounds from whole texts: the gradient of connectionist temporal classification.

Nobody tells when each sound was said; forward and backward sums over all ways to spread a text
over its time give each moment's share. `ivr.speech.engines.whisper.trellis` is what uses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
NEVER: Final = -1e30


def gradient(chances: Array, said: Sequence[int]) -> tuple[float, Array]:
    """Loss of one utterance, and its gradient by what `chances` (time, unit) were made from."""
    steps = np.zeros(2 * len(said) + 1, dtype=int)
    steps[1::2] = said
    skips = np.zeros(len(steps), dtype=bool)
    skips[3::2] = steps[3::2] != steps[1:-2:2]
    found = chances[:, steps]
    forward = _sums(found, skips)
    backward = _sums(found[::-1, ::-1], _mirrored(skips))[::-1, ::-1]
    total = float(np.logaddexp(forward[-1, -1], forward[-1, -2]))
    shares = np.exp(np.minimum(0.0, forward + backward - found - total))
    expected = np.zeros_like(chances)
    np.add.at(expected.T, steps, shares.T)
    return -total, np.exp(chances) - expected


def _sums(found: Array, skips: npt.NDArray[np.bool_]) -> Array:
    """Over all ways to come to each step by each time."""
    reached = np.full(found.shape, NEVER)
    reached[0, :2] = found[0, :2]
    for now in range(1, len(found)):
        before = reached[now - 1]
        ways = np.logaddexp(before, np.append(NEVER, before[:-1]))
        past = np.where(skips, np.append([NEVER, NEVER], before[:-2]), NEVER)
        reached[now] = np.logaddexp(ways, past) + found[now]
    return reached


def _mirrored(skips: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The same leaps seen from their other end."""
    turned = np.zeros_like(skips)
    turned[2:] = skips[::-1][:-2]
    return turned
