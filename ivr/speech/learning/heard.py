"""Lessons as the recogniser's encoder hears them: each as it is, and once more disturbed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from ivr.speech.engines.engine import Samples
from ivr.speech.engines.whisper.model import (
    CLOSED_SILENCE,
    LEVEL,
    SILENCE_AFTER,
    WhisperModel,
)
from ivr.speech.engines.whisper.units import units_of
from ivr.speech.learning.disturbed import disturbed, quiet
from ivr.speech.learning.learner import Lesson, States, Tell
from ivr.speech.learning.lessons import Clip

EARS: Final = 2  # at a time, where there are so many processors; each takes 80 MB
# The encoder's answer depends a little on the silence after: half of the lessons have that of
# closed questions, half that of open ones.
SILENCES: Final = (CLOSED_SILENCE, SILENCE_AFTER)
TOLD: Final = 100  # clips after which progress is told


def heard(clips: Sequence[Clip], model: Path, tell: Tell) -> list[Lesson]:
    """Twice as many lessons as clips, less those that are too fast for their text."""
    ears = min(EARS, len(os.sched_getaffinity(0)))
    with ThreadPoolExecutor(ears) as pool:
        parts = [pool.submit(partial(_share, clips, model, tell), at, ears) for at in range(ears)]
        return [lesson for part in parts for lesson in part.result() if lesson.has_time]


def _share(clips: Sequence[Clip], model: Path, tell: Tell, first: int, ears: int) -> list[Lesson]:
    """Every so many clips from the first; what is heard does not depend on who shares."""
    ear = WhisperModel(model)
    found: list[Lesson] = []
    for at in range(first, len(clips), ears):
        found += _lessons(ear, clips, at)
        if not (at + 1) % TOLD:
            tell(f"{at + 1} of {len(clips)} clips heard")
    return found


def _lessons(ear: WhisperModel, clips: Sequence[Clip], at: int) -> Iterator[Lesson]:
    random = np.random.default_rng(at)
    said = units_of(clips[at].text)
    yield Lesson(_states(ear, quiet(clips[at].sound, random), at), said)
    others = [clip.sound for clip in clips]
    yield Lesson(_states(ear, disturbed(clips[at].sound, others, random), at + 1), said)


def _states(ear: WhisperModel, sound: Samples, at: int) -> States:
    level = np.float32(LEVEL / np.sqrt(np.mean(sound**2)))
    encoded = ear.encode(sound * level, silence_after=SILENCES[at % len(SILENCES)])
    return np.array(encoded.while_spoken, dtype=np.float32)
