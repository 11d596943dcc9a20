"""The small port through which a call flow meets a caller.

A flow is a coroutine over `Call` and knows no socket: the same flow runs over FastAGI in
the service, over classic AGI on the switch when the service is away, on a terminal, and
against a script in a test. The public methods hold the policy that must be the same
everywhere (barge-in, keys typed ahead, collecting digits) and are written once, here; an
implementation supplies only the primitives at the end of the class.

Every method raises `CallerGone` when the caller has hung up.
"""

from __future__ import annotations

import abc
from collections import deque
from collections.abc import Awaitable, Sequence
from enum import Enum
from typing import Final, TypeAlias

from attrs import frozen

from ivr.kernel.heard import OPEN, Heard, Hints
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.sound import Sound, Spoken, flat
from ivr.kernel.units import Seconds, seconds

KEYS: Final = "0123456789*#"
KEYS_AHEAD: Final = 32  # nobody keys ahead further on purpose; a stuck key or a fax does
STALE_KEYS: Final = 64  # bound on what `fresh` throws away
FIRST_KEY: Final = seconds(6)  # time to take the telephone from the ear and find the key
NEXT_KEY: Final = seconds(3)
UNASKED: Final = seconds(1)  # for a question whose end has no audio: nobody knows that it is over
MESSAGE_SILENCE: Final = seconds(3)  # an old caller pauses for two when thinking
NO_TIME: Final = seconds(0)
KEPT_SILENCE: Final = seconds(1)  # of the silence that stops a recording, Asterisk keeps this much


class CallerGone(Exception):
    """The caller hung up (or the line broke): the flow ends, what was said stands."""


@frozen
class CallFacts:
    """Who calls, as the switch tells it. All of it is hostile text except `call`."""

    call: CallId
    caller: PhoneNumber
    caller_name: str = ""
    dialled: str = ""
    channel: str = ""


@frozen
class Digits:
    """What the caller keyed, without the key that ended it; empty for silence or that key alone."""

    keys: str
    ended: bool = False  # the end key was pressed


Utterance: TypeAlias = Heard
"""What the caller said, as heard: readings, confidence, and the expected answer it was, if any."""


class ListenEnd(Enum):
    """How listening ended without an utterance."""

    KEYED = "keyed"  # the keys are remembered
    SILENT = "silent"  # neither speech nor a key in time
    DEAF = "deaf"  # nobody can hear just now; nothing was asked
    UNHEARD = "unheard"  # it was asked, and then nobody could hear the answer


class RecordingEnd(Enum):
    """What ended a recording."""

    SILENCE = "silence"
    KEY = "key"
    LIMIT = "limit"
    HANGUP = "hangup"
    FAILED = "failed"  # the disk did not take it all, or there was no beep; what was kept stands


@frozen
class Recording:
    """A message on disk: `path` is absolute and ends in .wav (8 kHz, 16 bit, mono).

    `duration` counts what was kept; silence at the end that stopped the recorder is in it. A
    message that was written has no path, and `words` instead.
    """

    path: str
    duration: Seconds
    end: RecordingEnd
    key: str = ""
    words: str = ""

    @property
    def is_empty(self) -> bool:
        """Too short to hold a word: a click, a breath, or silence until the limit."""
        if self.words:
            return False
        kept = KEPT_SILENCE if self.end is RecordingEnd.SILENCE else 0.0
        return self.duration - kept < 1.0


class DialEnd(Enum):
    """How connecting to a unit's line ended."""

    ANSWERED = "answered"  # talked, and the unit hung up first
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    UNAVAILABLE = "unavailable"  # no such line, no trunk, refused, not on the allow-list
    DECLINED = "declined"  # the caller pressed * to stop ringing


@frozen
class DialResult:
    """`talked` is zero unless answered."""

    end: DialEnd
    talked: Seconds = NO_TIME


class QueueEnd(Enum):
    """How waiting for an operator ended."""

    SERVED = "served"  # talked, and the operator hung up first
    TIMEOUT = "timeout"
    NO_OPERATORS = "no-operators"  # nobody is logged in, or all left while waiting
    FULL = "full"
    DECLINED = "declined"  # the caller pressed a key to leave a message instead


@frozen
class QueueResult:
    """`operator` is '' unless served."""

    end: QueueEnd
    operator: str = ""
    waited: Seconds = NO_TIME
    talked: Seconds = NO_TIME


class Call(abc.ABC):
    """One caller on the line. See the module's docstring for who supplies what."""

    facts: CallFacts

    def __init__(self, facts: CallFacts) -> None:
        self.facts = facts
        self._ahead: deque[str] = deque(maxlen=KEYS_AHEAD)
        self._unheard: Sound | None = None  # the clip passed over last

    # -- what flows use --------------------------------------------------------

    async def say(self, *spoken: Spoken) -> None:
        """Say it; any key interrupts it and waits for the next `ask`."""
        for sound in flat(spoken):
            if self._ahead:
                return
            self._remember(await self.play(sound))

    async def tell(self, *spoken: Spoken) -> None:
        """Say it to the end, whatever is keyed: a number, a deadline, who is being rung."""
        for sound in flat(spoken):
            self._remember(await self.play(sound, interruptible=False))

    async def ask(
        self,
        *spoken: Spoken,
        at_most: int = 1,
        first: Seconds = FIRST_KEY,
        following: Seconds = NEXT_KEY,
        end: str = "#",
    ) -> Digits:
        """Say it and collect up to `at_most` keys.

        Ends when that many are in, on the `end` key, or after `first` (for the first key,
        counted from the end of the speech) or `following` seconds without one. With
        ``at_most=1`` the end key is a key like any other. When the last clip of the question has
        no audio the first key is waited for UNASKED seconds at most, not in a long silence.
        """
        self._unheard = None
        sounds = flat(spoken)
        await self.say(*sounds)
        if not self._was_asked(sounds):
            first = min(first, UNASKED)
        return await self._collect(at_most, first, following, end)

    async def listen(
        self,
        *spoken: Spoken,
        by_keys: Sequence[Spoken] = (),
        unheard: Sequence[Spoken] = (),
        expecting: Hints = OPEN,
        at_most: int = 1,
        first: Seconds = FIRST_KEY,
    ) -> Digits | Utterance:
        """Say it, then take keys as `ask` does, or one utterance. Either interrupts what is said.

        Keys win: one pressed while speech is being recognised is the answer. Empty digits mean
        that neither came within `first` seconds of the end of what is said; an utterance that
        `is_nothing` means that the caller spoke and was not understood. Where nobody can hear
        it is `ask`: of `by_keys` when that is known at once (no ear, too many), of `unheard` when
        the question had begun (recognition failed or late). Both are `spoken` unless given.
        """
        question: Sequence[Spoken] = spoken
        if not self._ahead:
            heard = await self.hear(flat(spoken), expecting, first)
            if isinstance(heard, Utterance):
                return heard
            if heard is ListenEnd.SILENT:
                return Digits("")
            if heard is ListenEnd.KEYED:
                return await self._collect(at_most, first)
            question = (unheard if heard is ListenEnd.UNHEARD else by_keys) or spoken
        return await self.ask(*question, at_most=at_most, first=first)

    async def fresh(self) -> None:
        """Forget keys typed ahead: what follows must be chosen by one who has heard it."""
        self._ahead.clear()
        for _ in range(STALE_KEYS):
            if not await self.wait_key(Seconds(0.001)):
                return

    async def _collect(
        self, at_most: int, first: Seconds, following: Seconds = NEXT_KEY, end: str = "#"
    ) -> Digits:
        keys = ""
        while len(keys) < at_most:
            key = await self._next_key(following if keys else first)
            if not key:
                return Digits(keys)
            if at_most > 1 and key == end:
                return Digits(keys, ended=True)
            keys += key
        return Digits(keys)

    def _was_asked(self, sounds: tuple[Sound, ...]) -> bool:
        """Whether the end of a question had audio: it is then the caller's turn, and they know."""
        return not sounds or self._unheard != sounds[-1]

    def _remember(self, key: str) -> None:
        if key:
            self._ahead.append(key)

    async def _next_key(self, within: Seconds) -> str:
        return self._ahead.popleft() if self._ahead else await self.wait_key(within)

    # -- primitives ------------------------------------------------------------

    @abc.abstractmethod
    async def answer(self) -> None:
        """Pick up. Nothing is heard before it."""

    @abc.abstractmethod
    async def play(self, sound: Sound, *, interruptible: bool = True) -> str:
        """Play one clip; returns the key that interrupted it, or ''.

        Without `interruptible` it plays to the end and keys pressed meanwhile are lost.
        A clip whose audio is missing is passed over, counted and logged, never an error.
        """

    @abc.abstractmethod
    async def wait_key(self, within: Seconds) -> str:
        """The next key, or '' when none came in time."""

    @property
    def hears(self) -> bool:
        """Whether the caller may be invited to speak. A call that failed to hear stays deaf."""
        return False

    async def hear(
        self,
        sounds: tuple[Sound, ...],  # noqa: ARG002 - for those who can hear
        expecting: Hints,  # noqa: ARG002
        first: Seconds,  # noqa: ARG002
    ) -> Utterance | ListenEnd:
        """Play the clips and hear an utterance; speech or a key interrupts them.

        Keys pressed are remembered. DEAF, at once, where nobody hears; UNHEARD where nobody does
        any more.
        """
        return ListenEnd.DEAF

    @abc.abstractmethod
    async def record(
        self, name: str, *, at_most: Seconds, silence: Seconds = MESSAGE_SILENCE
    ) -> Recording:
        """Beep, then record until `silence` seconds of it, any key, or the limit.

        `name` is a file name of letters, digits, '-' and '_' in the recordings folder.
        A hang-up is no `CallerGone` here but a recording that ended with HANGUP: a message
        cut short still counts. The next command after it raises.
        """

    @abc.abstractmethod
    async def play_back(self, recording: Recording) -> str:
        """Play a recording to the one who made it; returns the key that interrupted it, or ''."""

    @abc.abstractmethod
    async def dial(self, number: PhoneNumber, *, ring: Seconds, shown: str) -> DialResult:
        """Ring `number` through the outbound context and talk; `shown` is the caller name there."""

    @abc.abstractmethod
    async def queue(self, name: str, *, at_most: Seconds, shown: str) -> QueueResult:
        """Wait in an operator queue and talk; `shown` is the name on the operator's phone."""

    # What ended on the switch while no process served the call:

    @abc.abstractmethod
    async def last_recording(self, name: str) -> Recording | None:
        """The recording of this name, whoever had asked for it; None when there is none."""

    @abc.abstractmethod
    async def last_dial(self, number: PhoneNumber) -> DialResult | None:
        """How this call's last `dial` ended, if it was to `number` and has ended; else None."""

    @abc.abstractmethod
    async def last_queue(self) -> QueueResult | None:
        """How the last `queue` of this call ended; None when it never did, or is forgotten."""

    @abc.abstractmethod
    async def forget_queue(self) -> None:
        """What an earlier `queue` came to says nothing of the next."""

    @abc.abstractmethod
    def set(self, name: str, value: str) -> Awaitable[object]:
        """Set a channel variable. Refuses line breaks; quotes the rest."""

    @abc.abstractmethod
    async def get(self, name: str) -> str:
        """A channel variable, or '' when it is not set."""

    @abc.abstractmethod
    def hangup(self) -> Awaitable[object]:
        """End the call. Nothing is heard after it."""


__all__ = [
    "FIRST_KEY",
    "KEYS",
    "KEYS_AHEAD",
    "MESSAGE_SILENCE",
    "NEXT_KEY",
    "NO_TIME",
    "STALE_KEYS",
    "UNASKED",
    "Call",
    "CallFacts",
    "CallerGone",
    "DialEnd",
    "DialResult",
    "Digits",
    "ListenEnd",
    "QueueEnd",
    "QueueResult",
    "Recording",
    "RecordingEnd",
    "Utterance",
]
