"""Where in a recording somebody speaks, by the same ear that follows calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from ivr.kernel.heard import OPEN
from ivr.kernel.units import Seconds, seconds
from ivr.speech.activity import Detector
from ivr.speech.attention import Attention
from ivr.speech.ears import BEFORE
from ivr.speech.endpoint import LOOK, Moment
from ivr.speech.recogniser import FRAME

_FRAME_SECONDS: Final = 0.02
_AFTER: Final = bytes(FRAME * 100)  # two seconds of silence, in which the last utterance ends


@frozen
class Segment:
    """An utterance in a recording, with what its end was waited for.

    `pause` is when its last pause was noticed: what came until then is what a call recognises.
    """

    start: Seconds
    end: Seconds
    pause: Seconds


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
            waited = max(0, attention.utterance.quiet - LOOK) * _FRAME_SECONDS
            end = min(now, len(audio) / FRAME * _FRAME_SECONDS)
            yield Segment(seconds(began), seconds(end), seconds(min(now - waited, end)))
            attention = Attention(detector, OPEN)


def spoken(audio: bytes, detector: Detector) -> bytes:
    """What a call would have recognised of a recording; all of it where nobody is noticed."""
    found = list(segments(audio, detector))
    if not found:
        return audio
    first = max(0, round(found[0].start / _FRAME_SECONDS) - BEFORE)
    return audio[first * FRAME : round(found[-1].pause / _FRAME_SECONDS) * FRAME]
