"""Where in a recording somebody speaks, by the same ear that follows calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from ivr.kernel.heard import OPEN
from ivr.kernel.units import Seconds, seconds
from ivr.speech.activity import Detector
from ivr.speech.attention import Attention
from ivr.speech.endpoint import Moment
from ivr.speech.recogniser import FRAME

_FRAME_SECONDS: Final = 0.02
_AFTER: Final = bytes(FRAME * 100)  # two seconds of silence, in which the last utterance ends


@frozen
class Segment:
    """An utterance in a recording, with what its end was waited for."""

    start: Seconds
    end: Seconds


def segments(audio: bytes, detector: Detector) -> Iterator[Segment]:
    """Utterances in order. `audio` is 16-bit samples at 8 kHz."""
    heard = audio + _AFTER
    attention = Attention(detector, OPEN)
    began = 0.0
    for at in range(0, len(heard) - FRAME + 1, FRAME):
        now = at / FRAME * _FRAME_SECONDS
        moment = attention.hear(heard[at : at + FRAME], b"")
        if moment is Moment.BEGAN:
            began = now
        elif moment is Moment.ENDED:
            yield Segment(seconds(began), seconds(min(now, len(audio) / FRAME * _FRAME_SECONDS)))
            attention = Attention(detector, OPEN)
