"""The port through which speech becomes text.

One `Recognition` is one utterance. The caller of the port feeds it what is said, tells it of
pauses, and finishes it when the speaker has; see `ivr.speech.listening`, which does all that.
Nothing here blocks: recognition happens elsewhere, and only `finish` is waited for.
"""

from __future__ import annotations

from typing import Final, Protocol

from ivr.kernel.errors import HotlineError
from ivr.kernel.units import seconds
from ivr.speech.heard import Heard, Hints

RATE: Final = 8000  # samples a second
FRAME: Final = 320  # bytes: 20 ms of signed 16-bit little-endian samples
DEADLINE: Final = seconds(1.8)  # after the end of speech; then the caller is better off with keys


class NotHeard(HotlineError):
    """Recognition can not answer; the caller goes to the keypad. `id` says why."""

    id = "not-heard"


class RecogniserBusy(NotHeard):
    """More is waiting than could be recognised in time. Said at once, never after a wait."""

    id = "recogniser-busy"


class RecogniserLate(NotHeard):
    """No answer within the deadline."""

    id = "recogniser-late"


class RecogniserAway(NotHeard):
    """There is no engine, or it broke under this utterance."""

    id = "recogniser-away"


class Recognition(Protocol):
    """One utterance under way. Ends by `finish` or `cancel`; both may be called again."""

    @property
    def partial(self) -> str:
        """The text so far, or '' where the engine has none yet; changes while audio comes in."""

    def feed(self, frames: bytes) -> None:
        """Audio in whole samples, usually one frame; after the end it is ignored."""

    def pause(self) -> None:
        """The speaker has paused: a good moment to recognise what there is so far.

        If nothing is fed but silence from here on, `finish` answers sooner.
        """

    async def finish(self) -> Heard:
        """The speaker has finished. Raises `NotHeard` within the deadline."""

    def cancel(self) -> None:
        """Nobody wants to know any more: a key was pressed, or the caller is gone."""


class Recogniser(Protocol):
    """A recogniser for many callers at once."""

    @property
    def is_ready(self) -> bool:
        """Whether `start` would be accepted now: then callers are invited to speak."""

    def start(self, hints: Hints) -> Recognition:
        """Begin an utterance. Raises `RecogniserBusy` or `RecogniserAway`, at once."""


class Unheard:
    """The recogniser of a site that has none: every question is answered by keys."""

    def __init__(self, why: str = "no engine") -> None:
        self._why = why

    @property
    def is_ready(self) -> bool:
        return False

    def start(self, hints: Hints) -> Recognition:  # noqa: ARG002 - whatever is asked
        raise RecogniserAway(self._why)


__all__ = [
    "DEADLINE",
    "FRAME",
    "RATE",
    "NotHeard",
    "Recogniser",
    "RecogniserAway",
    "RecogniserBusy",
    "RecogniserLate",
    "Recognition",
    "Unheard",
]
