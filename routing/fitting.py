"""Fitting the weights: multinomial logistic regression by AdaGrad, most of what compiling takes.

scipy is asked here, when a table is compiled, and never on a call.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from attrs import frozen

_BATCH: Final = 128
_BLOCK: Final = 256  # rows moved at once; so many stay in the processor's cache
_RATE: Final = 2.0
_CALM: Final = 1e-3  # keeps the first steps of a rare feature short
_DECAY: Final = 1e-6
_DROPPED: Final = 0.5  # of a sentence's features each time it is read, so that none is relied on

Floats = npt.NDArray[np.float32]


@frozen(eq=False)
class Lessons:
    """Sentences as rows of features, and for each the shares of the labels it accepts."""

    features: sp.csr_matrix
    shares: Floats


class Fitting:
    """Weights in the making; more lessons may follow, and the same ones give the same weights."""

    def __init__(self, features: int, labels: int, seed: int = 114) -> None:
        self.weights: Floats = np.zeros((features, labels), np.float32)
        self._seen: Floats = np.full((features, labels), _CALM, np.float32)
        self._chance = np.random.default_rng(seed)

    def study(self, lessons: Lessons, epochs: int) -> Fitting:
        """Read all lessons so many times, in another order each time."""
        for _ in range(epochs):
            rows = self._chance.permutation(lessons.features.shape[0])
            for start in range(0, len(rows), _BATCH):
                part = _part(lessons, rows[start : start + _BATCH], self._chance)
                _step(part, self.weights, self._seen)
        return self


def _part(lessons: Lessons, rows: npt.NDArray[np.intp], chance: np.random.Generator) -> Lessons:
    """Some rows, of whose features half are left out and the others count double."""
    batch = lessons.features[rows]
    kept = chance.random(len(batch.data)) >= _DROPPED
    batch.data = (batch.data * kept / (1.0 - _DROPPED)).astype(np.float32)
    return Lessons(batch, lessons.shares[rows])


def _step(batch: Lessons, weights: Floats, seen: Floats) -> None:
    """One batch; only rows of features that occur in it are touched."""
    features = batch.features
    used, places = np.unique(features.indices, return_inverse=True)
    narrow = sp.csr_matrix(
        (features.data, places, features.indptr), shape=(features.shape[0], len(used))
    )
    own = weights.take(used, 0)
    error = softmax(narrow @ own) - batch.shares
    slope = narrow.T @ error
    slope /= np.float32(len(error))
    for start in range(0, len(used), _BLOCK):
        part = slice(start, start + _BLOCK)
        weights[used[part]] = _moved(own[part], slope[part], used[part], seen)


def _moved(own: Floats, slope: Floats, rows: npt.NDArray[np.int32], seen: Floats) -> Floats:
    """The weights of `rows` after one step, in the place of `own`; `slope` is used up."""
    steep, spare = seen.take(rows, 0), own * np.float32(_DECAY)
    slope += spare
    steep += np.multiply(slope, slope, out=spare)
    seen[rows] = steep
    slope *= np.float32(_RATE)
    slope /= np.sqrt(steep, out=steep)
    own -= slope
    return own


def softmax(scores: Floats) -> Floats:
    """Probabilities of each row."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return shares
