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
_DROPPED: Final = 0.5  # of a sentence's features each time it is read, so that none is relied on

Floats = npt.NDArray[np.float32]


@frozen(eq=False)
class Lessons:
    """Sentences as rows of features, and for each the shares of the labels it accepts."""

    features: sp.csr_matrix
    shares: Floats


def fit(lessons: Lessons, epochs: int = EPOCHS, seed: int = 114) -> Floats:
    """Weights for every feature and label; the same lessons give the same weights."""
    chance = np.random.default_rng(seed)
    shape = (lessons.features.shape[1], lessons.shares.shape[1])
    weights, seen = np.zeros(shape, np.float32), np.full(shape, _CALM, np.float32)
    for _ in range(epochs):
        rows = chance.permutation(lessons.features.shape[0])
        for start in range(0, len(rows), _BATCH):
            _step(_part(lessons, rows[start : start + _BATCH], chance), weights, seen)
    return weights


def _part(
    lessons: Lessons, rows: npt.NDArray[np.intp], chance: np.random.Generator
) -> Lessons:
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
    error = softmax(narrow @ weights[used]) - batch.shares
    slope = (narrow.T @ error) / np.float32(len(error)) + _DECAY * weights[used]
    seen[used] += slope * slope
    weights[used] -= _RATE * slope / np.sqrt(seen[used])


def softmax(scores: Floats) -> Floats:
    """Probabilities of each row."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return shares
