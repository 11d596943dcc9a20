"""The job that hears recorded messages, with a recogniser of its own that lives while it works."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from attrs import frozen

from ivr.app.ears import engine_of
from ivr.app.node import Node
from ivr.calls.understanding import understand
from ivr.kernel.heard import OPEN, Heard, Hypothesis
from ivr.kernel.units import seconds
from ivr.speech.activity import SileroDetector
from ivr.speech.recogniser import FRAME
from ivr.speech.segments import segments
from ivr.speech.wave_files import read_wave
from ivr.speech.workers.blocking import BlockingWorker
from ivr.tickets.dictation import Dictation, Meaning
from routing.decide import Router

DICTATE_EVERY: Final = seconds(10)
REASONS: Final = 5  # more than anybody reads
BEATS: Final = 50  # frames a second


@frozen
class WorkerEar:
    """`ivr.tickets.dictation.Ear` on a process that nobody else uses."""

    worker: BlockingWorker

    async def hear(self, audio: bytes) -> Heard:
        return await asyncio.to_thread(self.worker.hear, audio, OPEN)


@frozen
class DictationJob:
    """Hears what waits, then lets the process go: it takes 300 MB."""

    dictation: Dictation
    worker: BlockingWorker

    async def run(self) -> None:
        try:
            while await self.dictation.one():
                pass
        finally:
            await asyncio.to_thread(self.worker.stop)


def dictation_job(node: Node) -> DictationJob | None:
    """None where the site has no recogniser."""
    choice = engine_of(node.settings.speech)
    if choice is None:
        return None

    async def idle() -> bool:
        return not await node.present.live.all()

    worker = BlockingWorker(choice)
    dictation = Dictation(
        node.stores.dictations,
        WorkerEar(worker),
        idle,
        utterances,
        lambda text: meaning(node.book.router, text),
    )
    return DictationJob(dictation, worker)


def utterances(recording: Path) -> tuple[bytes, ...]:
    """What was said in a recording, without the pauses. Raises `BadAudio`."""
    audio = read_wave(recording)
    found = segments(audio, SileroDetector())
    return tuple(audio[_at(each.start) : _at(each.end)] for each in found)


def meaning(router: Callable[[], Router | None], text: str) -> Meaning | None:
    held = router()
    if held is None:
        return None
    heard = Heard((Hypothesis(text, 0.0),), 1.0)
    decision = understand(heard, lambda words: held.decide(words, None))
    return Meaning(decision.line, tuple(each.rule for each in decision.because[:REASONS]))


def _at(second: float) -> int:
    return round(second * BEATS) * FRAME
