"""Callers who know what they want and act by what they hear, whatever happens meanwhile.

A rule says what to do when a clip begins. A question that comes again because somebody else
serves the call now is answered again: so does a person.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from typing import Final

from attrs import define, field, frozen

from ivr.tickets.number import LENGTH
from prompts.vocabulary import PAUSE
from tests.e2e.citizen import level
from tests.faults.line import BEAT, Line, NotAnswered, Office

STUCK: Final = 45.0  # seconds without anything to act on; the queue's own wait is shorter
LONGEST: Final = 180.0  # seconds of a call; nobody here wants more
BEEP: Final = "tone.beep"
SOON: Final = 0.5  # seconds after a blow in which a silence that begins is its doing
WORDS: Final = 1.0  # seconds of speech that make a message
NOT_KEPT: Final = frozenset({"service_away", "all_away"})
END: Final = frozenset({"goodbye", "all_away"})
DIGIT: Final = "digit."


@frozen
class Goal:
    """What a caller wants: keys by the clip that asks for them, and where they hang up.

    `leaves` gives the clip after whose beginning they go, and how many seconds later.
    """

    name: str
    keys: Mapping[str, str]
    leaves: tuple[str, float] = ("", 0.0)
    speaks: float = 2.0
    patience: float = 0.0  # seconds they listen before they press


_WATER: Final = {
    "greeting_keys": "3",
    "main_menu": "3",
    level("daily")[0].id: "1",
    level("repair")[0].id: "1",
    "offer_open": "2",
    "offer_closed": "2",
    "operators_busy": "2",
    "message_review": "1",
    "survey": "1",
}
_HUMAN: Final = {**_WATER, "greeting_keys": "0", "main_menu": "0"}
_UNIT: Final = {**_WATER, "offer_open": "1"}

GOALS: Final[tuple[Goal, ...]] = (
    Goal("message", _WATER),
    Goal("message", _WATER, speaks=4.0),
    Goal("human", _HUMAN),
    Goal("unit", _UNIT),
    Goal("leaves a prompt", _WATER, leaves=("greeting_keys", 2.0)),
    Goal("leaves between digits", _WATER, leaves=("offer_open", 1.0)),
    Goal("leaves a recording", _WATER, leaves=(BEEP, 2.5), speaks=30.0),
    Goal("leaves the queue", _HUMAN, leaves=("to_operator", 5.0)),
    Goal("leaves a talk", _UNIT, leaves=("connecting", 5.0)),
    Goal("leaves with a number", _WATER, leaves=("deadline_before", 0.2)),
)


@define
class Told:
    """What one caller was told, and did; the ledger's half of the truth."""

    serial: int
    goal: str
    phase: str = ""
    caller: str = ""
    refused: str = ""
    numbers: list[str] = field(factory=list)  # ticket numbers heard to the last digit
    kept: bool = False  # heard that the message is kept
    spoke: float = 0.0  # seconds of voice that they sent after the last beep
    told_so: bool = False  # heard, after they spoke last, that it could not be kept
    submitted: bool = False  # was asked what to do with the recording
    served: bool = False  # was asked how it was
    waited: bool = False  # heard that a human is being called
    last: str = ""  # the last clip
    dropped: bool = False
    stuck: bool = False
    began: float = 0.0
    ended: float = 0.0
    silences: list[tuple[float, float]] = field(factory=list)

    @property
    def answered(self) -> bool:
        return not self.refused

    def silence(self, since: float = 0.0) -> float:
        """The longest wait for a voice that began later than `since`."""
        return max((long for at, long in self.silences if at + long > since), default=0.0)

    def silence_at(self, blow: float) -> float:
        """The longest wait for a voice that a blow cut into, or that began right after it."""
        cut = (long for at, long in self.silences if at < blow + SOON and at + long > blow)
        return max(cut, default=0.0)


class Person:
    """One caller from the first digit dialled to the end."""

    def __init__(self, office: Office, serial: int, goal: Goal) -> None:
        self.told = Told(serial, goal.name)
        self._office, self._goal = office, goal
        self._doing: asyncio.Task[None] | None = None
        self._digits: str | None = None

    async def calls(self) -> Told:
        told = self.told
        told.began = time.monotonic()
        try:
            line = await self._office.dial(told.serial)
        except NotAnswered as why:
            told.refused = str(why)
            return told
        told.caller = line.caller
        try:
            async with asyncio.timeout(LONGEST):
                await self._listens(line)
        except TimeoutError:
            told.stuck = not told.numbers  # who was told their number hangs up when it takes long
        finally:
            if self._doing is not None:
                self._doing.cancel()
            await line.hang_up()
        told.ended = time.monotonic()
        told.dropped = line.dropped and told.last not in END
        told.silences = line.silences
        return told

    async def _listens(self, line: Line) -> None:
        while (heard := await line.next(STUCK)) is not None:
            self._notes(heard.clip)
            self.told.last = heard.clip
            self._acts(line, heard.clip)

    def _notes(self, clip: str) -> None:
        """What a clip tells."""
        told = self.told
        told.kept |= clip == "message_kept"
        told.told_so = (told.told_so or clip in NOT_KEPT) and clip != BEEP
        told.submitted |= clip == "message_review"
        told.served |= clip == "survey"
        told.waited |= clip == "to_operator"
        if clip in ("ticket_number_is", "ticket_number_repeat"):
            self._digits = ""
        elif self._digits is not None and clip.startswith(DIGIT):
            self._digits += clip.removeprefix(DIGIT)
            if len(self._digits) == LENGTH and self._digits not in told.numbers:
                told.numbers.append(self._digits)
        elif clip != PAUSE.id:
            self._digits = None

    def _acts(self, line: Line, clip: str) -> None:
        leaves, after = self._goal.leaves
        if clip == BEEP:
            self._does(self._speaks(line, after if leaves == BEEP else None))
        elif clip == leaves:
            self._does(self._leaves(line, after))
        elif clip in self._goal.keys:
            self._does(self._presses(line, self._goal.keys[clip]))

    def _does(self, deed: object) -> None:
        """One thing at a time; who is told something new stops what they were doing."""
        if self._doing is not None:
            self._doing.cancel()
        self._doing = asyncio.ensure_future(deed)  # type: ignore[arg-type]

    async def _speaks(self, line: Line, leaves: float | None) -> None:
        await asyncio.sleep(0.3)  # what is said into the beep is not recorded
        line.speak()
        before = line.spoken
        try:
            await asyncio.sleep(self._goal.speaks if leaves is None else leaves)
        finally:
            line.be_silent()
            self.told.spoke = (line.spoken - before) * BEAT
        if leaves is None:
            await line.press("#")
        else:
            await line.hang_up()

    async def _presses(self, line: Line, keys: str) -> None:
        await asyncio.sleep(self._goal.patience)
        await line.press(keys)

    async def _leaves(self, line: Line, after: float) -> None:
        await asyncio.sleep(after)
        await line.hang_up()


def some_goal(chance: random.Random) -> Goal:
    return chance.choice(GOALS)
