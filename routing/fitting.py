"""Fitting the weights: multinomial logistic regression by AdaGrad, seconds for a whole table.

scipy is asked here, when a table is compiled, and never on a call.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from attrs import frozen

EPOCHS: Final = 8
_BATCH: Final = 128
_RATE: Final = 2.0
_CALM: Final = 1e-3  # keeps the first steps of a rare feature short
_DECAY: Final = 1e-6

Floats = npt.NDArray[np.float32]


@frozen(eq=False)
class Lessons:
    """Sentences as rows of features, and for each the shares of the labels it accepts."""

    features: sp.csr_matrix
    shares: Floats


def fit(lessons: Lessons, epochs: int = EPOCHS, seed: int = 114) -> Floats:
    """Weights for every feature and label; the same lessons give the same weights."""
    order = np.random.default_rng(seed)
    shape = (lessons.features.shape[1], lessons.shares.shape[1])
    weights, seen = np.zeros(shape, np.float32), np.full(shape, _CALM, np.float32)
    for _ in range(epochs):
        rows = order.permutation(lessons.features.shape[0])
        for start in range(0, len(rows), _BATCH):
            _step(lessons, rows[start : start + _BATCH], weights, seen)
    return weights


def _step(lessons: Lessons, rows: npt.NDArray[np.intp], weights: Floats, seen: Floats) -> None:
    """One batch; only rows of features that occur in it are touched."""
    batch = lessons.features[rows]
    used, places = np.unique(batch.indices, return_inverse=True)
    narrow = sp.csr_matrix((batch.data, places, batch.indptr), shape=(len(rows), len(used)))
    error = softmax(narrow @ weights[used]) - lessons.shares[rows]
    slope = (narrow.T @ error) / np.float32(len(rows)) + _DECAY * weights[used]
    seen[used] += slope * slope
    weights[used] -= _RATE * slope / np.sqrt(seen[used])


def softmax(scores: Floats) -> Floats:
    """Probabilities of each row."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return shares
