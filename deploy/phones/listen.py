"""Listening to a recording: which clips were heard, when, and where nothing was.

::

    assert_heard(call.recording, clips(["greeting_keys", "menu_tail"]))
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from deploy.phones.matching import RATE, Haystack, Match, Samples, overlap, whitened
from deploy.phones.wave_files import read_samples

FRAME: Final = RATE // 50  # a packet
SOUND: Final = 60.0  # level (of 32768) of a frame that is not silent; A-law's own silence is 8
BEFORE_THE_LAST: Final = 0.15  # seconds by which a clip may seem to begin before the last one ended
HEARD_AT_ALL: Final = 0.3  # seconds; less of a clip than that convinces nobody, if it is longer


class NotHeard(AssertionError):
    """A recording does not hold what it should; the message says what it holds instead."""


@frozen
class Clip:
    """Something that may be heard: its name and its sound."""

    name: str
    samples: Samples

    @classmethod
    def read(cls, path: Path, name: str = "") -> Clip:
        """A WAV or A-law file; its name is the file's unless said otherwise."""
        return cls(name or path.stem, whitened(load(path)))

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


@frozen
class Heard:
    """A clip in a recording: from when to when (seconds), how surely, how much of it (0..1)."""

    name: str
    start: float
    end: float
    score: float
    portion: float

    def __str__(self) -> str:
        return (
            f"{self.start:6.2f}-{self.end:6.2f} s {self.name} "
            f"({self.portion:.0%} of it, score {self.score:.2f})"
        )


def heard(recording: Path, clips: Iterable[Clip]) -> tuple[Heard, ...]:
    """Every occurrence of every clip, in order; of two that overlap, the surer one."""
    haystack = Haystack(whitened(load(recording)))
    found = [(match, clip.name) for clip in clips for match in haystack.find(clip.samples)]
    found.sort(key=lambda each: -each[0].score * (each[0].end - each[0].start))
    kept: list[tuple[Match, str]] = []
    for match, name in found:
        if all(overlap(match, other) <= 0.5 for other, _ in kept):
            kept.append((match, name))
    return tuple(
        heard_in(match, name) for match, name in sorted(kept, key=lambda each: each[0].start)
    )


def assert_heard(
    recording: Path, expected: Sequence[Clip], *, known: Iterable[Clip] = ()
) -> tuple[Heard, ...]:
    """The expected clips, in this order; other sounds may stand between them.

    A clip counts when its beginning was heard (callers interrupt); look at ``portion`` where it
    must be whole. Raises `NotHeard`, which lists what of `expected` and `known` there is.
    """
    haystack = Haystack(whitened(load(recording)))
    places: list[Heard] = []
    after = 0.0
    for clip in expected:
        later = [
            place
            for match in haystack.find(clip.samples)
            if (place := heard_in(match, clip.name)).start >= after - BEFORE_THE_LAST
            and place.end - place.start >= min(HEARD_AT_ALL, 0.8 * clip.seconds)
        ]
        if not later:
            raise NotHeard(_complaint(recording, clip, [*expected, *known], places))
        places.append(later[0])
        after = later[0].end
    return tuple(places)


def is_silent(recording: Path, start: float = 0.0, end: float | None = None) -> bool:
    """Whether nothing can be heard in that part; a part without samples is silent."""
    frames = _levels(recording)
    last = None if end is None else int(end * RATE / FRAME)
    return not bool(np.any(frames[int(start * RATE / FRAME) : last] > SOUND))


def longest_silence(recording: Path) -> float:
    """Seconds of the longest stretch in which nothing can be heard."""
    longest = run = 0
    for level in _levels(recording):
        run = 0 if level > SOUND else run + 1
        longest = max(longest, run)
    return longest * FRAME / RATE


def sounds(recording: Path, pause: float = 0.5) -> tuple[tuple[float, float], ...]:
    """The stretches of sound (from, to, in seconds) that lie at least `pause` apart."""
    spans: list[tuple[float, float]] = []
    for index in np.flatnonzero(_levels(recording) > SOUND):
        start = float(index) * FRAME / RATE
        if spans and start - spans[-1][1] < pause:
            spans[-1] = (spans[-1][0], start + FRAME / RATE)
        else:
            spans.append((start, start + FRAME / RATE))
    return tuple(spans)


def _levels(recording: Path) -> NDArray[np.float64]:
    samples = load(recording).astype(np.float64)
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    return np.sqrt(np.mean(np.square(frames), axis=1)) if len(frames) else np.zeros(0)


def load(path: Path) -> NDArray[np.int16]:
    """The samples of a sound, or of a recording that is still being made."""
    return np.frombuffer(read_samples(path), dtype=np.int16)


def heard_in(match: Match, name: str, offset: float = 0.0) -> Heard:
    """A match as a person thinks of it; what was searched began at `offset` seconds."""
    start, end = offset + match.start / RATE, offset + match.end / RATE
    return Heard(name, start, end, match.score, match.portion)


def _complaint(
    recording: Path, missing: Clip, known: Sequence[Clip], places: Sequence[Heard]
) -> str:
    unlike = {clip.name: clip for clip in known}
    spans = ", ".join(f"{start:.2f}-{end:.2f}" for start, end in sounds(recording))
    lines = [
        f"{missing.name} was not heard in {recording} after {[place.name for place in places]}.",
        "It holds:",
        *(f"  {each}" for each in heard(recording, unlike.values())),
        f"and sound at {spans or 'no time at all'} s",
    ]
    return "\n".join(lines)
