"""When somebody begins to speak, pauses, and has finished. Pure: verdicts in, moments out.

A frame is 20 ms; its verdict is whether a voice is in it that is no echo and no noise. ::

              VOICE            ENOUGH
    SILENT ---------> RISING ----------> TALKING <-----------+
      ^                 | FADED          |  |  | LONG        | VOICE
      +-----------------+                |  |  +-> ENDED     |
      ^                            QUIET |  +----------+     |
      |  COUGH                           v        LONG |     |
      +-------------------------------- PAUSED --------+-----+
                                         |  OVER             |
                                         +------> ENDED

`BEGAN` is told when the evidence suffices, `PAUSED` once in each pause (a moment to look at what
was said so far), `WITHDRAWN` when so little was voiced that it was no word, `ENDED` at the end.
"""

from __future__ import annotations

from enum import Enum
from math import ceil
from typing import Final

from attrs import evolve, frozen

from ivr.kernel.units import Seconds, seconds

FRAME: Final = 0.02  # seconds
EVIDENCE: Final = 7  # frames: a cough or click is voiced for less than 140 ms at a stretch
FADE: Final = 2  # frames of evidence that one frame without voice takes back
WORD: Final = 8  # voiced frames; 是 cut short by the line still has that much
LOOK: Final = 15  # frames of pause after which it is worth recognising what there is
SHORTEST_PAUSE: Final = seconds(0.6)
USUAL_PAUSE: Final = seconds(0.8)
LONGEST_PAUSE: Final = seconds(1.6)
LONGEST: Final = seconds(20)


class State(Enum):
    """Where an utterance is."""

    SILENT = "silent"
    RISING = "rising"
    TALKING = "talking"
    PAUSED = "paused"
    ENDED = "ended"


class Moment(Enum):
    """What the listener is told."""

    BEGAN = "began"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class Signal(Enum):
    """What a frame means in its place."""

    VOICE = "voice"
    ENOUGH = "enough"
    QUIET = "quiet"
    FADED = "faded"
    LOOK = "look"
    COUGH = "cough"
    OVER = "over"
    LONG = "long"


@frozen
class Utterance:
    """An utterance so far; all counts are in frames. A new one is `Utterance()`."""

    state: State = State.SILENT
    evidence: int = 0
    voiced: int = 0
    quiet: int = 0
    length: int = 0

    @property
    def is_over(self) -> bool:
        return self.state is State.ENDED


@frozen
class Patience:
    """How long a pause may be, and how long an utterance."""

    pause: Seconds = USUAL_PAUSE
    longest: Seconds = LONGEST


def patience(
    *, complete: bool | None, drawn: bool, longest: Seconds, closed: bool = False
) -> Patience:
    """`complete`: the words so far are (not) a whole sentence, None when they are not known.

    Who draws out the last sound, and whose words are not known, is still thinking.
    """
    if complete is None:
        usual = SHORTEST_PAUSE if closed else USUAL_PAUSE
        return Patience(LONGEST_PAUSE if drawn and not closed else usual, longest)
    return Patience(SHORTEST_PAUSE if complete else LONGEST_PAUSE, longest)


def heard(
    utterance: Utterance, *, voice: bool, patience: Patience
) -> tuple[Utterance, Moment | None]:
    """The utterance after one more frame, and what is to be told."""
    counted = _counted(utterance, voice=voice)
    signal = _signal(counted, voice=voice, patience=patience)
    state, moment = TABLE.get((utterance.state, signal), (utterance.state, None))
    if state is State.SILENT:
        return Utterance(), moment
    return evolve(counted, state=state), moment


def _counted(before: Utterance, *, voice: bool) -> Utterance:
    if before.state is State.ENDED:
        return before
    return evolve(
        before,
        evidence=min(EVIDENCE, before.evidence + 1) if voice else max(0, before.evidence - FADE),
        voiced=before.voiced + voice,
        quiet=0 if voice else before.quiet + 1,
        length=before.length + 1,
    )


def _signal(now: Utterance, *, voice: bool, patience: Patience) -> Signal:
    """The strongest thing that can be said of this frame in this state."""
    if now.state in _SPEAKING and now.length * FRAME >= patience.longest:
        return Signal.LONG
    if voice:
        return Signal.ENOUGH if now.evidence >= EVIDENCE else Signal.VOICE
    if now.state is State.RISING:
        return Signal.FADED if not now.evidence else Signal.QUIET
    if now.state is State.PAUSED and now.quiet >= ceil(patience.pause / FRAME):
        return Signal.OVER if now.voiced >= WORD else Signal.COUGH
    return Signal.LOOK if now.quiet >= LOOK else Signal.QUIET


_SPEAKING: Final = frozenset({State.TALKING, State.PAUSED})

TABLE: Final[dict[tuple[State, Signal], tuple[State, Moment | None]]] = {
    (State.SILENT, Signal.VOICE): (State.RISING, None),
    (State.RISING, Signal.FADED): (State.SILENT, None),
    (State.RISING, Signal.ENOUGH): (State.TALKING, Moment.BEGAN),
    (State.TALKING, Signal.LOOK): (State.PAUSED, Moment.PAUSED),
    (State.TALKING, Signal.LONG): (State.ENDED, Moment.ENDED),
    (State.PAUSED, Signal.VOICE): (State.TALKING, None),
    (State.PAUSED, Signal.ENOUGH): (State.TALKING, None),
    (State.PAUSED, Signal.COUGH): (State.SILENT, Moment.WITHDRAWN),
    (State.PAUSED, Signal.OVER): (State.ENDED, Moment.ENDED),
    (State.PAUSED, Signal.LONG): (State.ENDED, Moment.ENDED),
}
