"""The port through which a call hears words. `ivr.speech` supplies the ear, `ivr.app` hands it in.

An ear serves one question of one call::

    opened -> feed, feed ... -> SpeechBegan -> SpeechEnded -> Answer
                        ^           |              |            |
                        +- SpeechWithdrawn         +---------- Deaf
                                                     (Deaf may come at any time)

Everything happens on the event loop: the call feeds, the ear tells. After `close` it tells
nothing more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from attrs import frozen

from ivr.kernel.heard import Heard, Hints
from ivr.kernel.ids import CallId
from ivr.kernel.units import Seconds, seconds

ANSWER_WITHIN: Final[Seconds] = seconds(1.8)  # of the end of speech; then keys are asked for


@frozen
class SpeechBegan:
    """The caller talks; it is no cough and no echo. What is being said to them stops now."""


@frozen
class SpeechWithdrawn:
    """It was no speech after all. The question stays open."""


@frozen
class SpeechEnded:
    """The utterance is complete and is being recognised; what is fed from now on is not in it."""


@frozen
class Answer:
    """What was heard, maybe nothing that could be understood. The last thing an ear tells."""

    heard: Heard


@frozen
class Deaf:
    """No answer will come: `why` is a stable id (recogniser-late). The last thing an ear tells."""

    why: str


EarEvent = SpeechBegan | SpeechWithdrawn | SpeechEnded | Answer | Deaf
Tell = Callable[[EarEvent], None]


class Ear(Protocol):
    """Hears one question's answer. Neither method may raise or compute for long (0.5 ms)."""

    def feed(self, heard: bytes, played: bytes) -> None:
        """20 ms of the line: 320 bytes, signed 16-bit little-endian samples at 8 kHz.

        `heard` comes from the caller; silence is made up where their telephone sends none.
        `played` is what they were being told in the meantime, b"" for nothing: the echo
        to expect. May tell before it returns. Called until `close`, during recognition too.
        """

    def close(self) -> None:
        """Nobody wants to know any more; what is being recognised is cancelled. Called once."""


class Ears(Protocol):
    """Hands out ears."""

    @property
    def is_ready(self) -> bool:
        """Whether `open` would give one now: then callers are invited to speak."""

    def open(self, call: CallId, hints: Hints, tell: Tell) -> Ear | None:
        """An ear for one question, at once; None when no more can be heard just now."""


class NobodyHears:
    """A site without a recogniser: every question is answered by keys."""

    @property
    def is_ready(self) -> bool:
        return False

    def open(self, call: CallId, hints: Hints, tell: Tell) -> Ear | None:  # noqa: ARG002
        return None


__all__ = [
    "ANSWER_WITHIN",
    "Answer",
    "Deaf",
    "Ear",
    "EarEvent",
    "Ears",
    "NobodyHears",
    "SpeechBegan",
    "SpeechEnded",
    "SpeechWithdrawn",
    "Tell",
]
