"""Is the caller talking to us? Voice, loudness, echo and pauses, one frame of 20 ms at a time."""

from __future__ import annotations

from typing import Final

from ivr.kernel.heard import Hints
from ivr.speech import endpoint
from ivr.speech.activity import WINDOW, Detector
from ivr.speech.echo import Echo
from ivr.speech.endpoint import Moment, Patience, State, Utterance
from ivr.speech.hesitation import Drawl, is_complete
from ivr.speech.keyed import is_key
from ivr.speech.loudness import SILENT, NoiseFloor, decibels
from ivr.speech.voicing import clarity

VOICE: Final = 0.5  # of the detector, to begin
STILL_VOICE: Final = 0.3  # to go on: the ends of words are soft
HINTED: Final = 0.08  # a voice is not out of the question
TRACE: Final = 0.02  # keys and dial tones have a pitch as well, and get less than this
CLEAR: Final = 0.75  # of the pitch: then a loud sound is a voice, though the detector hesitates
LOUD: Final = 18.0  # dB over the noise
GLANCE: Final = 5  # frames
KEPT: Final = 2 * WINDOW
FORGET: Final = 0.85  # a window
OVER_NOISE: Final = 6.0  # dB
OVER_ECHO: Final = 6.0  # dB; the estimate is right within four
FAINTEST: Final = -55.0  # dBFS; softer than any caller who can be understood
HINDSIGHT: Final = 2  # loud frames that were voice as well when the next one is: detectors lag
RINGS: Final = 4  # frames for which the detector still answers to a key's sound


class Attention:
    """Follows one question. `words` may be set to what is understood so far."""

    def __init__(self, detector: Detector, hints: Hints) -> None:
        self.words = ""
        self._detector = detector
        self._hints = hints
        self._utterance = Utterance()
        self._echo = Echo()
        self._noise = NoiseFloor()
        self._drawl = Drawl()
        self._window = b""
        self._passed = 0
        self._likely = 0.0
        self._hinted = 0.0  # the likeliest of the last windows
        self._pitched = False
        self._loud = 0  # frames in a row until now
        self._keyed = 0  # frames for which a key's sound still counts

    @property
    def utterance(self) -> Utterance:
        return self._utterance

    def hear(self, heard: bytes, played: bytes) -> Moment | None:
        """What one frame of the line, and of what was played meanwhile, makes of the utterance."""
        if self._utterance.is_over:
            return None
        level = decibels(heard)
        echo = self._echo.expect(decibels(played) if played else SILENT, level)
        voice = self._is_voice(heard, level, echo)
        is_first = voice and self._utterance.state is State.SILENT
        late = min(HINDSIGHT, self._loud) if is_first else 0
        self._loud = self._loud + 1 if self._is_loud(level, echo) else 0
        self._noise.hear(level)
        self._drawl.hear(level, voice=voice)
        for _ in range(late):
            self._count(voice=True)
        return self._count(voice=voice)

    def _count(self, *, voice: bool) -> Moment | None:
        self._utterance, moment = endpoint.heard(
            self._utterance, voice=voice, patience=self._patience()
        )
        return moment

    def _is_loud(self, level: float, echo: float) -> bool:
        return level >= self._noise.level + LOUD and level >= echo + OVER_ECHO

    def stop(self) -> None:
        """Nothing more is waited for."""
        self._utterance = Utterance(State.ENDED)

    def _is_voice(self, heard: bytes, level: float, echo: float) -> bool:
        self._window = (self._window + heard)[-KEPT:]
        if self._is_idle(level):
            return False
        self._look(is_loud=level >= self._noise.level + LOUD)
        is_spoken = self._sounds_spoken() and level >= echo + OVER_ECHO and level >= FAINTEST
        return is_spoken and not self._is_keyed(heard)

    def _is_keyed(self, heard: bytes) -> bool:
        """A key's sound begins nothing; amid speech it is not looked for."""
        if self._utterance.state is State.TALKING:
            return False
        self._keyed = RINGS if is_key(heard) else max(0, self._keyed - 1)
        return self._keyed > 0

    def _is_idle(self, level: float) -> bool:
        """Whether this frame can be passed over: while nobody speaks most are.

        The detector is shown some of the silence, or it would be slow to notice its end.
        """
        least = max(FAINTEST, self._noise.level + OVER_NOISE)
        self._passed = self._passed + 1 if level < least else 0
        is_quiet = self._utterance.state is State.SILENT and self._passed > 0
        return is_quiet and self._passed % GLANCE != 0

    def _sounds_spoken(self) -> bool:
        enough = STILL_VOICE if self._utterance.state is State.TALKING else VOICE
        return self._likely >= enough or self._pitched

    def _look(self, *, is_loud: bool) -> None:
        while len(self._window) >= WINDOW:
            window, self._window = self._window[:WINDOW], self._window[WINDOW:]
            self._likely = self._detector.voice(window)
            self._hinted = max(self._likely, self._hinted * FORGET)
            doubtful = is_loud and TRACE <= self._likely < VOICE and self._hinted >= HINTED
            self._pitched = doubtful and clarity(window) >= CLEAR

    def _patience(self) -> Patience:
        complete = is_complete(self.words) if self.words else None
        return endpoint.patience(
            complete=complete,
            drawn=self._drawl.is_drawn,
            longest=self._hints.longest,
            closed=self._hints.only,
        )
