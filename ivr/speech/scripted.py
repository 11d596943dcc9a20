"""A recogniser that hears what a test or a rehearsal says it hears."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from attrs import define, field

from ivr.speech.heard import NOTHING, Heard, Hints, Hypothesis
from ivr.speech.recogniser import NotHeard, RecogniserBusy, Recognition

Script = str | Heard | NotHeard
"""A text heard with certainty, a whole result, or how recognition fails."""


class ScriptedRecogniser:
    """Answers utterances in the order they are finished; after the last line nothing is heard."""

    def __init__(self, lines: Iterable[Script] = (), *, at_once: int = 1000) -> None:
        self.asked: list[Hints] = []
        self.fed: list[bytes] = []
        self._lines: deque[Script] = deque(lines)
        self._room = at_once

    @property
    def is_ready(self) -> bool:
        return self._room > 0

    def start(self, hints: Hints) -> Recognition:
        if not self._room:
            raise RecogniserBusy("the script has no more room")
        self._room -= 1
        self.asked.append(hints)
        return ScriptedRecognition(self, hints)

    def ended(self, audio: bytes) -> None:
        self._room += 1
        self.fed.append(audio)

    def answer(self, hints: Hints, audio: bytes) -> Heard:
        """The next line of the script; silence is nothing, whatever the script says."""
        if not any(audio):
            return NOTHING
        line = self._lines.popleft() if self._lines else NOTHING
        if isinstance(line, NotHeard):
            raise line
        return heard_as(line, hints) if isinstance(line, str) else line

    def next_text(self) -> str:
        line = self._lines[0] if self._lines else NOTHING
        return line if isinstance(line, str) else getattr(line, "text", "")


@define
class ScriptedRecognition:
    """One utterance of a script."""

    _recogniser: ScriptedRecogniser
    _hints: Hints
    _audio: bytearray = field(factory=bytearray)
    _heard: Heard | None = None
    _open: bool = True
    _partial: str = ""

    @property
    def partial(self) -> str:
        return self._partial

    def feed(self, frames: bytes) -> None:
        if self._open:
            self._audio += frames

    def pause(self) -> None:
        if self._open:
            self._partial = self._recogniser.next_text()

    async def finish(self) -> Heard:
        if self._open:
            self._close()
            self._heard = self._recogniser.answer(self._hints, bytes(self._audio))
        return self._heard or NOTHING

    def cancel(self) -> None:
        if self._open:
            self._close()

    def _close(self) -> None:
        self._open = False
        self._recogniser.ended(bytes(self._audio))


def heard_as(text: str, hints: Hints) -> Heard:
    """What a perfect ear makes of a text: the choice whose wording it is, if any."""
    taken = (choice.key for choice in hints.choices if text in choice.wordings)
    return Heard((Hypothesis(text, 0.0),), 1.0, next(taken, ""))
