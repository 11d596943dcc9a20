"""One utterance on its way to a pool of workers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ivr.kernel.heard import NOTHING, Heard, Hints

if TYPE_CHECKING:
    from ivr.speech.workers.pool import RecogniserPool

MAX_AUDIO: Final = 130 * 16_000  # bytes: a recorded message of two minutes and some
# Bytes after a pause that are its silence: the longest that ends an utterance. Whoever speaks on
# pauses again, and that pause replaces this one.
SILENCE_ONLY: Final = 24_000


@frozen(eq=False)
class Guess:
    """An answer to the audio up to a pause."""

    job: int
    heard: asyncio.Future[Heard]
    upto: int


class PooledRecognition:
    """Keeps the audio until a worker is to hear it."""

    def __init__(self, pool: RecogniserPool, hints: Hints) -> None:
        self._pool = pool
        self._hints = hints
        self._audio = bytearray()
        self._guess: Guess | None = None
        self._heard: Heard | None = None
        self._is_open = True

    @property
    def partial(self) -> str:
        guess = self._guess
        if guess is None or not guess.heard.done() or guess.heard.cancelled():
            return ""
        return "" if guess.heard.exception() else guess.heard.result().text

    def feed(self, frames: bytes) -> None:
        if self._is_open and len(self._audio) < MAX_AUDIO:
            self._audio += frames

    def pause(self) -> None:
        """What is heard up to here; the pause before this one does not count any more."""
        if not self._is_open:
            return
        self._drop_guess()
        asked = self._pool.speculate(bytes(self._audio), self._hints)
        if asked:
            self._guess = Guess(*asked, upto=len(self._audio))

    async def finish(self) -> Heard:
        if self._heard is not None:
            return self._heard
        if not self._is_open:
            return NOTHING
        self._is_open = False
        self._heard = await self._answer()
        return self._heard

    def cancel(self) -> None:
        self._is_open = False
        self._drop_guess()

    async def _answer(self) -> Heard:
        if not any(self._audio):
            return NOTHING
        if self._guess and self._still_holds(self._guess):
            return await self._pool.wait(self._guess.heard, self._guess.job)
        self._drop_guess()
        job, waiting = self._pool.submit(bytes(self._audio), self._hints)
        return await self._pool.wait(waiting, job)

    def _still_holds(self, guess: Guess) -> bool:
        """Whether only the silence that ends an utterance has come since."""
        return len(self._audio) - guess.upto <= SILENCE_ONLY

    def _drop_guess(self) -> None:
        if self._guess:
            self._pool.abandon(self._guess.job)
            self._guess = None
