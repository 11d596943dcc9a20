"""A call in writing, for people who can not hear or speak: texts out, lines in.

The flow is the one of every call. Its sentences appear on a `Screen`; a line is a key, or an
utterance. Nobody can be rung in writing: connecting shows whom to turn to, a human is a message
that becomes a ticket, and danger shows what to do at once.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Callable
from typing import Final, NoReturn

from ivr.calls.chat_screen import OWN, Screen, Who
from ivr.calls.lone_call import LoneCall
from ivr.kernel.heard import Hints
from ivr.kernel.ids import PhoneNumber
from ivr.kernel.sound import Sound, Spoken
from ivr.kernel.units import Seconds, seconds
from ivr.speech import answers
from ivr.speech.scripted import heard_as
from ivr.telephony.call import (
    FIRST_KEY,
    KEYS,
    MESSAGE_SILENCE,
    NO_TIME,
    CallerGone,
    CallFacts,
    DialEnd,
    DialResult,
    ListenEnd,
    QueueEnd,
    QueueResult,
    Recording,
    RecordingEnd,
    Utterance,
)

IDLE: Final = seconds(15 * 60)  # to write a message with one finger, or to ask somebody
LONGEST_LINE: Final = 1000  # characters
ALARMS: Final = frozenset({"110", "119", "120", "122"})  # written as a line they are no menu keys
MOST_KEYS: Final = 4  # ahead, of somebody who knows the menus; more is a number of something
HUMAN: Final = "0"

_SPOKEN_KEYS: Final = {answers.HUMAN: HUMAN, answers.REPEAT: "9", answers.BACK: "*"}
_COMMANDS: Final = {
    words: _SPOKEN_KEYS[each.key]
    for each in answers.commands()
    if each.key in _SPOKEN_KEYS
    for words in each.wordings
}
_NUMBER: Final = re.compile(r"(?<!\d)\d{7,12}(?!\d)")  # of a telephone or a ticket
_SEPARATORS: Final = str.maketrans("", "", " -")
_CLOSING: Final = "。.！!？?，,、~～ "

Card = Callable[[PhoneNumber], tuple[str, ...]]
"""Whom a number reaches and when, in paragraphs."""


class ChatCall(LoneCall):
    """One conversation. `line_came` brings what the visitor writes, `leave` ends it."""

    def __init__(self, facts: CallFacts, card: Card, *, idle: Seconds = IDLE) -> None:
        super().__init__(facts)
        self.screen = Screen()
        self.alive = True
        self._card = card
        self._idle = idle
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()
        self._waits = asyncio.Event()

    # -- the visitor's side ----------------------------------------------------

    def line_came(self, line: str) -> None:
        """A line, or the key of an option that was touched. Cut when it is too long."""
        self._waits.clear()
        self._typed.put_nowait(line[:LONGEST_LINE].strip())

    def leave(self) -> None:
        """The visitor has gone; the flow ends at its next step."""
        self._waits.clear()
        self._typed.put_nowait(None)

    async def answered(self, within: Seconds) -> None:
        """Return when the flow waits for the visitor again, or after so long."""
        try:
            await asyncio.wait_for(self._waits.wait(), within)
        except TimeoutError:
            return

    def over(self, words: str) -> None:
        """Nothing follows; idempotent."""
        if self.alive:
            self.alive = False
            self.screen.close(words)
        self._waits.set()

    # -- the flow's side -------------------------------------------------------

    async def say(self, *spoken: Spoken) -> None:
        await super().say(*spoken)
        self.screen.end_paragraph()

    async def tell(self, *spoken: Spoken) -> None:
        await super().tell(*spoken)
        self.screen.end_paragraph()

    async def answer(self) -> None:
        """Opening the page was picking up."""

    async def play(self, sound: Sound, *, interruptible: bool = True) -> str:  # noqa: ARG002
        self._check()
        self.screen.speak(sound)
        return ""

    async def wait_key(self, within: Seconds) -> str:
        """A line holds a whole answer: nothing is waited for after its first key."""
        if within < FIRST_KEY:
            return ""
        offered = self.screen.options
        while True:
            line = await self._line()
            if not line:
                return ""
            keys = _keys(line) or _number(line)
            if keys:
                self._ahead.extend(keys[1:])
                return keys[0]
            self.screen.write(OWN["keys_only"])
            self.screen.offer_again(offered)

    @property
    def hears(self) -> bool:
        """What is written and is no key was said."""
        return True

    async def hear(
        self,
        sounds: tuple[Sound, ...],
        expecting: Hints,
        first: Seconds,  # noqa: ARG002 - people write as slowly as they like
    ) -> Utterance | ListenEnd:
        for sound in sounds:
            await self.play(sound)
        self.screen.end_paragraph()
        line = await self._line()
        if not line:
            return ListenEnd.SILENT
        keys = _keys(line)
        if line in ALARMS or len(keys) > MOST_KEYS:
            keys = ""
        if keys:
            self._ahead.extend(keys)
            return ListenEnd.KEYED
        return heard_as(line.rstrip(_CLOSING) or line, expecting)

    async def record(
        self,
        name: str,  # noqa: ARG002 - it goes to no disk: the ticket holds the words
        *,
        at_most: Seconds,  # noqa: ARG002
        silence: Seconds = MESSAGE_SILENCE,  # noqa: ARG002
    ) -> Recording:
        """The next line, unless it is a key."""
        try:
            line = await self._line()
        except CallerGone:
            return Recording("", NO_TIME, RecordingEnd.HANGUP)
        keys = _keys(line)
        return Recording("", NO_TIME, RecordingEnd.KEY, keys[:1], "" if keys else line)

    async def play_back(self, recording: Recording) -> str:
        self._check()
        self.screen.write(recording.words)
        return ""

    async def dial(self, number: PhoneNumber, *, ring: Seconds, shown: str) -> DialResult:  # noqa: ARG002
        """Shows what to do. DECLINED for a unit: the visitor chooses again, having seen it."""
        self._check()
        if number in ALARMS:
            self.screen.write(OWN["alarm_text"], Who.ALARM)
            self.screen.write(f"{OWN['alarm_help']}{number}。", Who.ALARM)
            return DialResult(DialEnd.UNAVAILABLE)
        for paragraph in self._card(number):
            self.screen.write(paragraph)
        return DialResult(DialEnd.DECLINED)

    async def queue(self, name: str, *, at_most: Seconds, shown: str) -> QueueResult:  # noqa: ARG002
        """Nobody sits in writing: the flow takes a message, and people answer that."""
        self._check()
        return QueueResult(QueueEnd.NO_OPERATORS)

    async def hangup(self) -> None:
        self.over(OWN["ended"])

    async def _line(self) -> str:
        """What the visitor writes or touches next; `CallerGone` for one who has left."""
        self._check()
        self._waits.set()
        try:
            typed = await asyncio.wait_for(self._typed.get(), self._idle)
        except TimeoutError:
            self._gone(OWN["left_alone"])
        if typed is None:
            self._gone(OWN["ended"])
        line = unicodedata.normalize("NFKC", typed).strip()
        key = self.screen.key_of(typed)
        self.screen.answered(self.screen.label_of(typed))
        return key or line

    def _gone(self, words: str) -> NoReturn:
        self.over(words)
        raise CallerGone

    def _check(self) -> None:
        if not self.alive:
            raise CallerGone


def _keys(line: str) -> str:
    """The line as keys, or '' when it is words."""
    bare = line.translate(_SEPARATORS)
    if bare and all(key in KEYS for key in bare):
        return bare
    return _COMMANDS.get(line.rstrip(_CLOSING), "")


def _number(line: str) -> str:
    """The one long number in a sentence."""
    found = _NUMBER.findall(line)
    return str(found[0]) if len(found) == 1 else ""
