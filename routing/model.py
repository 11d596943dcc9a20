"""The linear model of a compiled router: a weight for each feature and label."""

from __future__ import annotations

from functools import cached_property
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from routing.features import Grams, Hashes, Indices, Values

_BITS: Final = 20  # of a hash, those that a look-up begins with: 4 MB
_SHIFT: Final = np.uint64(64 - _BITS)
_STEPS: Final = 127.0  # a weight is kept in eight bits


@frozen(eq=False)
class Active:
    """The features of a sentence: rows of the model, their values, and the n-grams behind them.

    Of `rows` the first `len(numbers)` are n-grams, `numbers` in `Grams`; the others are counted.
    """

    rows: npt.NDArray[np.intp]
    values: Values
    numbers: npt.NDArray[np.intp]


@frozen(eq=False)
class Model:
    """Weights in eight bits, each feature with a scale of its own.

    `keys` are the hashes of the vocabulary, sorted; rows of counted features come behind them.
    """

    keys: Hashes = field(repr=False)
    weights: npt.NDArray[np.int8] = field(repr=False)
    scales: Values = field(repr=False)

    @cached_property
    def _table(self) -> Indices:
        """For the first bits of a hash, the first key that begins with them."""
        slots = np.arange(1 << _BITS, dtype=np.uint64) << _SHIFT
        found = np.searchsorted(self.keys, slots)
        return np.minimum(found, len(self.keys) - 1).astype(np.int32)

    @cached_property
    def _ended(self) -> Hashes:
        """The keys with one more behind them, since a look-up tries two neighbours."""
        return np.append(self.keys, self.keys[-1:])

    def active(self, grams: Grams, counted: dict[int, float]) -> Active:
        hashes, size = grams.hashes, len(self.keys)
        places = self._table.take(hashes >> _SHIFT)
        second = self._ended.take(places + 1) == hashes
        numbers = ((self.keys.take(places) == hashes) | second).nonzero()[0]
        known = len(numbers)
        rows = np.empty(known + len(counted), np.intp)
        np.add(places.take(numbers), second.take(numbers), out=rows[:known])
        rows[known:] = [number + size for number in counted]
        values = np.empty(len(rows), np.float32)
        values[:known] = gram_value(known)
        values[known:] = list(counted.values())
        return Active(rows, values, numbers)

    def scores(self, active: Active, times: float = 1.0) -> Values:
        """One a label, multiplied by `times`."""
        factors = active.values * self.scales.take(active.rows) * np.float32(times)
        scores: Values = factors @ self.weights.take(active.rows, 0).astype(np.float32)
        return scores

    def share(self, active: Active, label: int) -> Values:
        """What each active feature adds to the score of one label."""
        shares: Values = active.values * self.scales[active.rows] * self.weights[active.rows, label]
        return shares


def gram_value(count: int) -> float:
    """Every n-gram of a sentence weighs the same; long sentences are not louder."""
    return 1.0 / sqrt(count + 1.0)


def rounded(keys: Hashes, weights: npt.NDArray[np.float32]) -> Model:
    """A model whose weights are rounded to what eight bits hold."""
    scales = np.maximum(np.abs(weights).max(axis=1), 1e-9).astype(np.float32) / np.float32(_STEPS)
    steps = np.rint(weights / scales[:, None]).astype(np.int8)
    return Model(keys, steps, scales)


def vocabulary(sentences: list[Grams], at_least: int) -> Hashes:
    """The n-grams that stand in at least so many sentences."""
    every = np.concatenate([np.unique(sentence.hashes) for sentence in sentences])
    hashes, counts = np.unique(every, return_counts=True)
    kept: Hashes = hashes[counts >= at_least]
    slots = kept >> _SHIFT
    crowded = np.zeros(len(kept), np.bool_)
    crowded[2:] = slots[2:] == slots[:-2]  # a look-up tries two of a slot; one in a thousand goes
    return kept[~crowded]
