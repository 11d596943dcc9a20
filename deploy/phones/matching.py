"""Finding a clip in a recording of a telephone line.

A clip is looked for in two steps. The head of it (at most HEAD seconds) is correlated with the
whole recording, which gives candidates. Each candidate is then followed piece by piece, where
every piece may be a few milliseconds away from where the one before ended: a jitter buffer that
drops or repeats a packet moves all that comes after it by 20 ms, which no single correlation of
a long clip survives. Following also tells how much of the clip was heard before it was
interrupted. Speech is whitened first (a first difference), so that vowels do not resemble vowels.

Thresholds are measured in ``tests/phones/test_listen.py``.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
from attrs import define, evolve, frozen
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import find_peaks

Samples: TypeAlias = NDArray[np.float32]

RATE: Final = 8000
HEAD: Final = int(1.5 * RATE)
PIECE: Final = int(0.25 * RATE)
SLIP: Final = int(0.045 * RATE)  # two lost packets in a row between two pieces
LURCH: Final = int(0.5 * RATE)  # a machine that stalled: sound goes on, but much later
CANDIDATE: Final = 0.25  # of the head; half of a head cut by a slip still gives 0.4
PIECE_HEARD: Final = 0.5
FOUND_AGAIN: Final = 0.75  # after a lurch: so wide a search finds more that is merely similar
SURE: Final = 0.6  # mean of the pieces followed
SURE_ALONE: Final = 0.75  # of a clip that is a single piece: a syllable may resemble another
PIECES_NEEDED: Final = 2  # unless that is the whole clip
QUIET: Final = 0.1  # of the clip's own level: a piece as quiet as that says nothing either way
MISSES: Final = 2  # pieces in a row: one may have been lost on the line
MISSES_AT_FIRST: Final = 3  # pieces: what moved within the head may leave none of these
FLOOR: Final = 30.0 * 30.0  # energy a sample under which there is nothing to correlate with
PRE_EMPHASIS: Final = 0.95


def whitened(samples: NDArray[np.int16]) -> Samples:
    """The samples with the spectrum of speech made roughly flat."""
    values = samples.astype(np.float32)
    return np.append(values[:1], values[1:] - np.float32(PRE_EMPHASIS) * values[:-1])


@frozen
class Match:
    """Where a clip was found: sample positions, mean correlation, part of the clip heard (0..1)."""

    start: int
    end: int
    score: float
    portion: float


@define(slots=False)
class Haystack:
    """A recording to look in; what all clips need is computed once."""

    samples: Samples

    @cached_property
    def _length(self) -> int:
        return int(next_fast_len(len(self.samples) + HEAD, real=True))

    @cached_property
    def _spectrum(self) -> NDArray[np.complex64]:
        spectrum: NDArray[np.complex64] = rfft(self.samples, self._length)
        return spectrum

    @cached_property
    def _energy(self) -> NDArray[np.float64]:
        return np.concatenate([[0.0], np.cumsum(np.square(self.samples, dtype=np.float64))])

    def find(self, clip: Samples) -> tuple[Match, ...]:
        """Every place where the clip, or its beginning, is heard; in order, not overlapping."""
        clip = _trimmed(clip)
        if not len(clip) or len(self.samples) < PIECE // 2:
            return ()
        matches = [self._follow(clip, start) for start in self._candidates(clip[:HEAD])]
        sure = [match for match in matches if match is not None]
        return _apart(sorted(sure, key=lambda match: -match.score * match.portion))

    def _candidates(self, head: Samples) -> list[int]:
        raw = irfft(self._spectrum * np.conj(rfft(head, self._length)), self._length)
        # Correlations at negative lags stand at the end: a clip whose first word was cut off.
        found = raw[: len(self.samples)] / self._norm(head)
        peaks, _ = find_peaks(found, height=CANDIDATE, distance=PIECE // 4)
        return [int(peak) for peak in peaks]

    def _norm(self, head: Samples) -> NDArray[np.float64]:
        ends = np.minimum(np.arange(len(self.samples)) + len(head), len(self.samples))
        energy = self._energy[ends] - self._energy[: len(self.samples)]
        floor = FLOOR * len(head)
        return np.sqrt(np.maximum(energy, floor) * float(np.dot(head, head)))

    def _follow(self, clip: Samples, start: int) -> Match | None:
        quiet = QUIET * _rms(clip)
        scores: list[float] = []
        at, end, heard, misses = start, start, 0, 0
        for piece_start in range(0, len(clip), PIECE):
            piece = clip[piece_start : piece_start + PIECE]
            tells = _rms(piece) >= quiet and (len(piece) >= PIECE // 2 or not piece_start)
            if tells:
                score, found = self._next(piece, at, lost=bool(scores))
                needed = PIECE_HEARD if scores or not misses else FOUND_AGAIN
                misses = 0 if score >= needed else misses + 1
                if misses >= (MISSES if scores else MISSES_AT_FIRST):
                    break
                if not misses:
                    scores.append(score)
                    at = found
            at += len(piece)
            if not misses:
                end, heard = at, piece_start + len(piece)
        return _judged(clip, Match(start, end, 0.0, heard / len(clip)), scores)

    def _next(self, piece: Samples, at: int, *, lost: bool) -> tuple[float, int]:
        """How well the next piece is heard, and where; a clip already followed may be `lost`."""
        near = self._near(piece, at, SLIP)
        if near[0] >= PIECE_HEARD or not lost:
            return near
        again = self._near(piece, at, LURCH)
        return again if again[0] >= FOUND_AGAIN else (0.0, at)

    def _near(self, piece: Samples, at: int, reach: int) -> tuple[float, int]:
        """The best correlation of a piece within `reach` of `at`, and where."""
        first = max(at - reach, 0)
        window = self.samples[first : at + reach + len(piece)]
        if len(window) < len(piece):
            return 0.0, at
        products = np.correlate(window, piece, mode="valid")
        ends = first + np.arange(len(products))
        energy = np.maximum(
            self._energy[ends + len(piece)] - self._energy[ends], FLOOR * len(piece)
        )
        found = products / np.sqrt(energy * float(np.dot(piece, piece)))
        best = int(np.argmax(found))
        return float(found[best]), first + best


def _judged(clip: Samples, found: Match, scores: list[float]) -> Match | None:
    """The match with its score, if what was followed is evidence enough."""
    alone = len(scores) < PIECES_NEEDED
    whole = found.portion * len(clip) >= len(clip) - PIECE // 2
    if not scores or (alone and not whole):
        return None
    score = float(np.mean(scores))
    return evolve(found, score=score) if score >= (SURE_ALONE if alone else SURE) else None


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


def _trimmed(clip: Samples) -> Samples:
    """The clip without the silence around it, which would match any silence."""
    if not len(clip):
        return clip
    loud = np.flatnonzero(np.abs(clip) > max(float(np.max(np.abs(clip))) * 0.02, 40.0))
    return clip[loud[0] : loud[-1] + 1] if len(loud) else clip[:0]


def _apart(best_first: list[Match]) -> tuple[Match, ...]:
    """The best of those that overlap, in order of time."""
    kept: list[Match] = []
    for match in best_first:
        if all(overlap(match, other) <= 0.5 for other in kept):
            kept.append(match)
    return tuple(sorted(kept, key=lambda match: match.start))


def overlap(one: Match, other: Match) -> float:
    """How much of the shorter one lies in the other, 0..1."""
    common = min(one.end, other.end) - max(one.start, other.start)
    return max(0.0, common / max(1, min(one.end - one.start, other.end - other.start)))
