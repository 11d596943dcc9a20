"""A call against a script: what the caller does is known beforehand, all that is heard is kept.

A script is a list of caller's acts, one a line:

    3               presses 3 when asked (several keys: presses them one after another)
    !3              presses 3 while the next sentence is being said, interrupting it
    -               presses and says nothing until the time is up
    "暖气不热"        says this when asked and is understood; "" is noise
    !"暖气不热"       says it while the next sentence is being said, interrupting it
    deaf            speaks, and nobody can hear: what is asked then is for keys
    hangup          hangs up at the next thing that is said or asked
    says 12         speaks for twelve seconds, then is silent
    says 12 #       speaks for twelve seconds and presses #
    says 12 hangup  speaks for twelve seconds and hangs up
    says 12 full    speaks, and after twelve seconds the disk is full
    rings answered 30 | busy | no-answer | unavailable | declined | hangup
    waits served 1001 40 | timeout | no-operators | full | declined | hangup

The transcript holds the same acts after '> ' and what was heard after two spaces, so a golden
file is both the script and the expectation.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from ivr.kernel.errors import HotlineError
from ivr.kernel.heard import NOTHING, Hints
from ivr.kernel.ids import PhoneNumber
from ivr.kernel.sound import Sound
from ivr.kernel.units import Seconds, seconds
from ivr.speech.scripted import heard_as
from ivr.telephony.call import (
    KEYS,
    MESSAGE_SILENCE,
    NO_TIME,
    Call,
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

DEAF = "deaf"


class ScriptMismatch(HotlineError):
    """The flow asked for something the script does not say."""

    id = "script-mismatch"


class ScriptedCall(Call):
    """Plays the caller's part from a script and writes the transcript.

    `hears` says whether the caller may speak: a flow of keys never listens.
    """

    def __init__(self, facts: CallFacts, script: Iterable[str], *, hears: bool = False) -> None:
        super().__init__(facts)
        self._hears = hears
        self._acts = deque(act.strip() for act in script if act.strip())
        self._heard: list[str] = []
        self._gone = False
        self.variables: dict[str, str] = {}
        self.recordings: dict[str, Recording] = {}
        self.dialled: dict[PhoneNumber, DialResult] = {}
        self.last_queued: QueueResult | None = None
        self.transcript: list[str] = []

    def finish(self) -> tuple[str, ...]:
        """The transcript; complains about acts that were never needed."""
        self._flush()
        if self._acts:
            raise ScriptMismatch(f"the call ended before the caller could: {self._acts[0]}")
        return tuple(self.transcript)

    async def answer(self) -> None:
        self._note("= answered")

    @property
    def hears(self) -> bool:
        return self._hears

    async def hear(
        self,
        sounds: tuple[Sound, ...],
        expecting: Hints,
        first: Seconds,  # noqa: ARG002 - see below
    ) -> Utterance | ListenEnd:
        """A caller in a script answers before any time is up."""
        if not self._hears:
            return ListenEnd.DEAF
        for sound in sounds:
            self._leave_if_scripted()
            self._heard.append(sound.text)
            if self._acts and self._acts[0].startswith("!"):
                return self._answered(self._take().removeprefix("!"), expecting)
        self._leave_if_scripted()
        act = self._take()
        self._note(f"> {act}")
        return self._answered(act, expecting)

    def _answered(self, act: str, expecting: Hints) -> Utterance | ListenEnd:
        if act == DEAF:
            self._hears = False
            return ListenEnd.UNHEARD
        if act == "-":
            return ListenEnd.SILENT
        if act.startswith('"'):
            said = act.strip('"')
            return heard_as(said, expecting) if said else NOTHING
        self._ahead.appendleft(self._press(act))
        return ListenEnd.KEYED

    async def play(self, sound: Sound, *, interruptible: bool = True) -> str:
        self._leave_if_scripted()
        self._heard.append(sound.text)
        if interruptible and self._acts and self._acts[0].startswith("!"):
            return self._press(self._take().removeprefix("!"))
        return ""

    async def wait_key(self, within: Seconds) -> str:
        if within < 1.0:  # nothing is typed ahead of a question in a script
            return ""
        self._leave_if_scripted()
        act = self._take()
        self._note(f"> {act}")
        return "" if act == "-" else self._press(act)

    async def record(
        self,
        name: str,
        *,
        at_most: Seconds,
        silence: Seconds = MESSAGE_SILENCE,  # noqa: ARG002 - the script says when it ends
    ) -> Recording:
        self._leave_if_scripted()
        word, length, ending = (*self._take().split(), "")[:3]
        if word != "says":
            raise ScriptMismatch(f"asked to record, the script says: {word}")
        self._note(f"> says {length} {ending}".rstrip())
        self._gone = ending == "hangup"
        made = _recording(f"/recordings/{name}.wav", seconds(float(length)), ending, at_most)
        self.recordings[name] = made
        return made

    async def play_back(self, recording: Recording) -> str:
        self._leave_if_scripted()
        self._heard.append(f"（录音{recording.duration:.0f}秒）")
        return ""

    async def dial(self, number: PhoneNumber, *, ring: Seconds, shown: str) -> DialResult:
        self._note(f"= rings {number} for {ring:.0f} s, showing {shown}")
        end, *rest = self._connection("rings")
        talked = seconds(float(rest[0])) if rest else NO_TIME
        self.dialled = {number: DialResult(DialEnd(end), talked)}
        return self.dialled[number]

    async def queue(self, name: str, *, at_most: Seconds, shown: str) -> QueueResult:
        self._note(f"= waits in {name} for {at_most:.0f} s, showing {shown}")
        end, *rest = self._connection("waits")
        self.last_queued = QueueResult(QueueEnd(end))
        if rest:
            talked = seconds(float(rest[1]))
            self.last_queued = QueueResult(QueueEnd(end), rest[0], seconds(5), talked)
        return self.last_queued

    async def last_recording(self, name: str) -> Recording | None:
        return self.recordings.get(name)

    async def last_dial(self, number: PhoneNumber) -> DialResult | None:
        return self.dialled.get(number)

    async def last_queue(self) -> QueueResult | None:
        return self.last_queued

    async def forget_queue(self) -> None:
        self.last_queued = None

    async def set(self, name: str, value: str) -> None:
        self.variables[name] = value

    async def get(self, name: str) -> str:
        return self.variables.get(name, "")

    async def hangup(self) -> None:
        self._note("= hangs up")
        self._gone = True

    def _press(self, keys: str) -> str:
        if not keys or any(key not in KEYS for key in keys):
            raise ScriptMismatch(f"asked for a key, the script says: {keys}")
        self._ahead.extend(keys[1:])
        return keys[0]

    def _connection(self, verb: str) -> list[str]:
        self._leave_if_scripted()
        first, *rest = self._take().split()
        if first != verb:
            raise ScriptMismatch(f"the flow {verb}, the script says: {first}")
        self._note(f"> {verb} {' '.join(rest)}")
        if rest == ["hangup"]:
            self._gone = True
            raise CallerGone
        return rest

    def _leave_if_scripted(self) -> None:
        if not self._gone and self._acts and self._acts[0] == "hangup":
            self._note(f"> {self._acts.popleft()}")
            self._gone = True
        if self._gone:
            raise CallerGone

    def _take(self) -> str:
        if not self._acts:
            raise ScriptMismatch(f"the script ends, the call goes on after: {self._heard[-1:]}")
        act = self._acts.popleft()
        if act.startswith("!"):
            self._note(f"> {act}")
        return act

    def _note(self, line: str) -> None:
        self._flush()
        self.transcript.append(line)

    def _flush(self) -> None:
        if self._heard:
            self.transcript.append("  " + "".join(self._heard))
            self._heard.clear()


_ENDINGS: Final = {"hangup": RecordingEnd.HANGUP, "full": RecordingEnd.FAILED}


def _recording(path: str, length: Seconds, ending: str, at_most: Seconds) -> Recording:
    if ending in _ENDINGS:
        return Recording(path, length, _ENDINGS[ending])
    if ending:
        return Recording(path, length, RecordingEnd.KEY, ending)
    if length >= at_most:
        return Recording(path, at_most, RecordingEnd.LIMIT)
    return Recording(path, length, RecordingEnd.SILENCE)
