"""The linear model of a compiled router: a weight for each feature and label."""

from __future__ import annotations

from functools import cached_property
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

    rows: Indices
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

    def active(self, grams: Grams, counted: dict[int, float]) -> Active:
        size = len(self.keys)
        places = self._table[grams.hashes >> _SHIFT]
        there = self.keys[places] == grams.hashes
        places += ~there
        np.minimum(places, size - 1, out=places)
        there |= self.keys[places] == grams.hashes
        numbers = np.flatnonzero(there)
        rows = np.fromiter(counted, np.int32, len(counted)) + np.int32(size)
        values = np.fromiter(counted.values(), np.float32, len(counted))
        weight = np.full(len(numbers), gram_value(len(numbers)), np.float32)
        return Active(
            np.concatenate((places[numbers].astype(np.int32), rows)),
            np.concatenate((weight, values)),
            numbers,
        )

    def scores(self, active: Active) -> Values:
        """One a label, before calibration."""
        factors = active.values * self.scales[active.rows]
        scores: Values = factors @ self.weights[active.rows].astype(np.float32)
        return scores

    def share(self, active: Active, label: int) -> Values:
        """What each active feature adds to the score of one label."""
        shares: Values = active.values * self.scales[active.rows] * self.weights[active.rows, label]
        return shares


def gram_value(count: int) -> float:
    """Every n-gram of a sentence weighs the same; long sentences are not louder."""
    return float(1.0 / np.sqrt(count + 1.0))


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
