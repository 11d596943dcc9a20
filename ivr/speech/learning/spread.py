"""When each sound of a text was said: shares of time, by connectionist temporal classification.

Nobody tells when; forward and backward sums over all ways to spread a text over its time give each
moment's share. `ivr.speech.engines.whisper.trellis` is what uses the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from ivr.speech.engines.whisper.units import BLANK

Array = npt.NDArray[np.floating]
Places = npt.NDArray[np.intp]
_LEAST: Final = 1e-20  # no sound is impossible, or one wrong moment would forbid the text
_TINY: Final = 1e-290


def shares(chances: Array, lengths: Places, said: Sequence[Sequence[int]]) -> Array:
    """How much of each moment belongs to each unit, given what was said in all of it.

    `chances` (utterance, time, unit) are probabilities; an utterance ends after its length, and its
    text has to fit in: more than two moments for each sound.
    """
    steps, counts = _laid_out(said)
    back = np.maximum(0, counts[:, None] - 1 - np.arange(steps.shape[1]))
    past = np.maximum(0, lengths[:, None] - 1 - np.arange(chances.shape[1]))
    is_step = np.arange(steps.shape[1]) < counts[:, None]
    found = np.maximum(_LEAST, np.take_along_axis(chances, _over_time(steps, chances), 2))
    found = found * is_step[:, None]
    forward = _sums(found, steps)
    mirrored = _turned(found, past, back) * is_step[:, None]
    backward = _turned(_sums(mirrored, np.take_along_axis(steps, back, 1)), past, back)
    ways = forward * backward / np.maximum(found, _LEAST) * is_step[:, None]
    ways /= ways.sum(axis=2, keepdims=True) + _TINY
    return _by_unit(ways, steps, chances)


def _laid_out(said: Sequence[Sequence[int]]) -> tuple[Places, Places]:
    """Blank, sound, blank, sound ..., blank; and how many steps that are."""
    counts = np.array([2 * len(units) + 1 for units in said])
    steps = np.full((len(said), counts.max()), BLANK)
    for row, units in zip(steps, said, strict=True):
        row[1 : 2 * len(units) : 2] = units
    return steps, counts


def _over_time(steps: Places, chances: Array) -> Places:
    return np.broadcast_to(steps[:, None], (*chances.shape[:2], steps.shape[1]))


def _turned(values: Array, past: Places, back: Places) -> Array:
    """Each utterance from its own end."""
    rows = np.arange(len(values))[:, None, None]
    return values[rows, past[:, :, None], back[:, None, :]]


def _sums(found: Array, steps: Places) -> Array:
    """Over all ways to come to each step by each time, each moment brought to a sum of one."""
    may_skip = np.zeros(steps.shape)
    may_skip[:, 3::2] = steps[:, 3::2] != steps[:, 1:-2:2]
    reached = np.zeros(found.shape)
    reached[:, 0, :2] = found[:, 0, :2]
    for now in range(1, found.shape[1]):
        before = reached[:, now - 1] / (reached[:, now - 1].sum(axis=1, keepdims=True) + _TINY)
        ways = before.copy()
        ways[:, 1:] += before[:, :-1]
        ways[:, 2:] += before[:, :-2] * may_skip[:, 2:]
        reached[:, now] = ways * found[:, now]
    return reached


def _by_unit(ways: Array, steps: Places, chances: Array) -> Array:
    moments = np.arange(chances.shape[0] * chances.shape[1]).reshape(*chances.shape[:2], 1)
    places = moments * chances.shape[2] + steps[:, None]
    counted = np.bincount(places.ravel(), ways.ravel(), chances.size)
    return counted.reshape(chances.shape).astype(np.float32)
