"""What hearing costs, and how long a caller who has finished waits for it.

The embedded engine on the clips of `tests.callers`: CPU of a recognition on one thread, and one
caller at a time before the ear that calls have, with a worker process as the service has it. The
engine begins in the pause that may be the end, so most of its time has passed when the end is
certain. What follows the ear, from a decision to the first frame of the answer, is measured on
Asterisk and told with the streams.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from attrs import define, field

from ivr.kernel.heard import OPEN, Hints
from ivr.kernel.ids import CallId
from ivr.speech import answers
from ivr.speech.activity import Detectors
from ivr.speech.ears import SpeechEars
from ivr.speech.engines import can_run, load
from ivr.speech.engines.engine import samples_of
from ivr.speech.model_files import is_there, model_folder
from ivr.speech.recogniser import FRAME
from ivr.speech.workers.pool import PoolLimits, RecogniserPool
from ivr.speech.workers.process import EngineChoice
from ivr.telephony.audio_clips import linear
from ivr.telephony.ear import Answer, SpeechEnded
from tests.callers.clips import clip

from .figures import Table, show

ENGINE: Final = "whisper"
SENTENCES: Final = ("water", "heating", "lamp", "housing_fund", "progress", "bus")
YES_NO: Final = ("yes", "right", "no")
DIGITS: Final = ("one", "two")
BEAT: Final = 0.02
READY: Final = 60.0  # seconds for the worker to load its model
PATIENCE: Final = 3.0  # seconds of silence after a clip
OVERHEAD: Final = 100.0  # ms beside the engine, by the design
_QUIET: Final = bytes(FRAME)


@define
class Stopwatch:
    """What one question's ear told, and when."""

    moments: dict[type, float] = field(factory=dict)

    def tell(self, what: object) -> None:
        self.moments.setdefault(type(what), time.perf_counter())

    @property
    def waited(self) -> float:
        """Milliseconds from the end of speech to what was understood."""
        return (self.moments[Answer] - self.moments[SpeechEnded]) * 1000


@define
class Engines:
    """CPU of each recognition, as the pool is told it."""

    seconds: list[float] = field(factory=list)

    def took(self, seconds: float) -> None:
        self.seconds.append(seconds)

    def recognised(self, result: str) -> None:
        pass

    def queued(self, depth: int) -> None:
        pass

    def lost(self) -> None:
        pass


def costs(rounds: int) -> Table:
    """CPU of recognitions, the best of some rounds a clip."""
    engine = load(ENGINE, model_folder())
    kinds: tuple[tuple[str, Sequence[str], Hints], ...] = (
        ("a sentence", SENTENCES, OPEN),
        ("yes or no", YES_NO, answers.closed(answers.yes_no())),
        ("a digit", DIGITS, answers.closed(answers.digits())),
    )
    rows = []
    for name, clips, hints in kinds:
        heard = [samples_of(_sound(each)) for each in clips]
        engine.hear(heard[0], hints)
        used = [min(_cpu(engine.hear, one, hints) for _ in range(rounds)) for one in heard]
        spoken = sum(len(one) for one in heard) / len(heard) / 8000
        mean = sum(used) / len(used)
        rows.append((name, f"{spoken:.1f}", f"{mean:.2f}", f"{1 / mean:.2f}"))
    head = ("what is said", "s of sound", "CPU s", "recognitions/s a core")
    return Table(f"Recognition, {engine.name}", head, tuple(rows))


def _cpu(hear: object, heard: object, hints: Hints) -> float:
    before = time.process_time()
    hear(heard, hints)  # type: ignore[operator]
    return time.process_time() - before


async def waits(clips: Sequence[str]) -> Table:
    """One caller after the other, at the pace of speech."""
    engines = Engines()
    pool = RecogniserPool(EngineChoice(ENGINE, model_folder()), PoolLimits(), engines)
    await pool.open()
    try:
        async with asyncio.timeout(READY):
            while not pool.is_ready:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.1)
        ears = SpeechEars(pool, Detectors(warm=1))
        waited = [await _one(ears, name) for name in clips]
    finally:
        await pool.close()
    return _told([one for one in waited if one is not None], engines.seconds, len(clips))


def _told(waited: Sequence[float], engine: Sequence[float], callers: int) -> Table:
    title = "From the end of speech to what was understood"
    if not waited:
        return Table(title, ("nobody was heard",), ())
    usual, busy = median(waited), median(engine) * 1000
    beyond = max(0.0, usual - busy)
    numbers = (usual, max(waited), busy, beyond)
    row = (f"{len(waited)} of {callers}", *(f"{number:.0f}" for number in numbers))
    head = ("heard", "wait p50 ms", "worst ms", "engine p50 ms", "beyond the engine ms")
    verdict = "held" if beyond <= OVERHEAD else "missed"
    note = f"Target: at most {OVERHEAD:.0f} ms beyond the engine's own time, {verdict}."
    return Table(title, head, (row,), (note,))


async def _one(ears: SpeechEars, name: str) -> float | None:
    """None where the caller was not heard."""
    watch = Stopwatch()
    ear = ears.open(CallId(name), OPEN, watch.tell)
    if ear is None:
        return None
    due = time.perf_counter()
    for frame in _frames(_sound(name)):
        due += BEAT
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        ear.feed(frame, b"")
        if Answer in watch.moments:
            break
    ear.close()
    return watch.waited if Answer in watch.moments else None


def _frames(sound: bytes) -> Iterator[bytes]:
    for at in range(0, len(sound) - FRAME + 1, FRAME):
        yield sound[at : at + FRAME]
    for _ in range(round(PATIENCE / BEAT)):
        yield _QUIET


def _sound(name: str) -> bytes:
    return linear(clip(name).read_bytes())


def main(folder: Path, *, quick: bool = False) -> None:
    """Measure and print."""
    if not can_run(ENGINE) or not is_there(model_folder()):
        show("Recognition: no engine here; make setup brings it.\n")
        return
    show(costs(1 if quick else 3))
    show(asyncio.run(waits(SENTENCES[:2] if quick else SENTENCES * 3)))
