"""One question heard over a stream: what is said, what interrupts it, and how it ends.

::

    WAITING --stream--> TELLING --all said--> OPEN ----------- time is up --> silent
                           |                   |  ^
                         speech              speech |withdrawn, time counts anew
                           +-------> HEARING <-+    |
                                        |  |        |
                                        |  +--------+
                                   speech ended
                                        v
                                   RECOGNISING --answer--> utterance
                                        |
                               deaf, or late --> unheard

A key ends it from anywhere and is kept; so do a stream that ends and an ear that is deaf, which is
`deaf` while WAITING and `unheard` later. Time is counted in beats, so nothing here knows a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Final

from attrs import frozen

from ivr.kernel.heard import Heard
from ivr.kernel.units import Seconds, seconds
from ivr.telephony.audio_beat import PERIOD
from ivr.telephony.audio_playback import Playback
from ivr.telephony.audio_stream import Stream, StreamEnd
from ivr.telephony.call import KEYS, ListenEnd
from ivr.telephony.ear import (
    ANSWER_WITHIN,
    Answer,
    Deaf,
    Ear,
    EarEvent,
    SpeechBegan,
    SpeechEnded,
    SpeechWithdrawn,
)

UNENDING: Final = seconds(10)  # beyond the longest utterance: an ear that never ends it is deaf


class At(Enum):
    """Where a question stands."""

    WAITING = "waiting"
    TELLING = "telling"
    OPEN = "open"
    HEARING = "hearing"
    RECOGNISING = "recognising"
    ENDED = "ended"


@frozen
class Outcome:
    """How it ended; `why` says more where nobody could hear."""

    end: Heard | ListenEnd
    why: str = ""


class Listening:
    """A `Party` that plays `clips` and lets `ear` hear the answer.

    `outcome` is None until it is known; a stream that ends before leaves it so. `keyed` is told
    each key, also those that come after the end.
    """

    def __init__(
        self,
        clips: Sequence[bytes],
        *,
        first: Seconds,
        longest: Seconds,
        keyed: Callable[[str], None],
    ) -> None:
        self.at = At.WAITING
        self.outcome: Outcome | None = None
        self.ear: Ear | None = None
        self._playback = Playback(clips)
        self._keyed = keyed
        self._patience: Mapping[At, int] = {
            At.OPEN: _beats(first),
            At.HEARING: _beats(seconds(longest + UNENDING)),
            At.RECOGNISING: _beats(ANSWER_WITHIN),
        }
        self._left = 0  # beats until the present state is over
        self._stream: Stream | None = None

    # -- from the stream -------------------------------------------------------

    def begin(self, stream: Stream) -> None:
        self._stream = stream
        if self.outcome is not None:  # known before the switch came
            stream.finish()
        else:
            self._go(At.TELLING)

    def beat(self) -> bytes:
        if self.at is At.TELLING:
            frame = self._playback.next()
            if not frame:
                self._go(At.OPEN)
            return frame
        self._left -= 1
        if self._left <= 0:
            self._too_late()
        return b""

    def heard(self, frame: bytes, played: bytes) -> None:
        if self.ear is not None and self.at is not At.ENDED:
            self.ear.feed(frame, played)

    def pressed(self, key: str) -> None:
        if key in KEYS:
            self._keyed(key)
            self._end(Outcome(ListenEnd.KEYED))

    def ended(self, why: StreamEnd) -> None:
        """The switch says by its reply what a stream was that ended without an outcome."""
        self._stream = None
        if why is StreamEnd.BROKEN:
            self._fail("stream-broken")

    # -- from the ear ----------------------------------------------------------

    def told(self, event: EarEvent) -> None:
        """What the ear has noticed; it may tell before the stream has come, too."""
        if isinstance(event, Answer):
            self._end(Outcome(event.heard))
        elif isinstance(event, Deaf):
            self._fail(event.why)
        else:
            self._go(_NEXT.get((self.at, type(event)), self.at))

    def _go(self, at: At) -> None:
        if at is self.at:
            return
        self.at = at
        self._left = self._patience.get(at, 0)

    def _too_late(self) -> None:
        if self.at is At.OPEN:
            self._end(Outcome(ListenEnd.SILENT))
        else:
            self._fail("ear-late")

    def _fail(self, why: str) -> None:
        asked = self.at is not At.WAITING
        self._end(Outcome(ListenEnd.UNHEARD if asked else ListenEnd.DEAF, why))

    def _end(self, outcome: Outcome) -> None:
        if self.outcome is None:
            self.at, self.outcome = At.ENDED, outcome
            self._playback.stop()
            if self._stream is not None:
                self._stream.finish()


def _beats(time: Seconds) -> int:
    return max(1, round(time / PERIOD))


_NEXT: Final[Mapping[tuple[At, type[EarEvent]], At]] = {
    (At.TELLING, SpeechBegan): At.HEARING,
    (At.OPEN, SpeechBegan): At.HEARING,
    (At.HEARING, SpeechWithdrawn): At.OPEN,
    (At.HEARING, SpeechEnded): At.RECOGNISING,
}
