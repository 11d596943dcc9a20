"""The primitives of a call in AGI commands, over any road that carries them.

`FastAgiCall` sends the commands through the service's socket, `ClassicCall` through the pipes of
a script on the switch. What the dialplan must provide is named here: OUTBOUND, a subroutine that
rings a number and leaves DIALSTATUS and ANSWEREDTIME, and QUEUE_EXIT, the context named as
``context`` of each queue, whose one-digit extensions are the keys that leave it.
"""

from __future__ import annotations

import abc
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from uuid import UUID

from attrs import evolve

from ivr.kernel.errors import HotlineError
from ivr.kernel.ids import PhoneNumber
from ivr.kernel.sound import Sound
from ivr.kernel.units import Seconds, seconds
from ivr.telephony.call import (
    MESSAGE_SILENCE,
    NO_TIME,
    Call,
    CallerGone,
    CallFacts,
    DialResult,
    QueueResult,
    Recording,
    RecordingEnd,
)
from ivr.telephony.outcomes import (
    dial_result,
    key_of,
    length_of,
    queue_result,
    recording_end,
)
from ivr.telephony.recordings import cut_recording
from ivr.wire import agi_commands as say
from ivr.wire.agi import Reply
from ivr.wire.quoting import caller_name

OUTBOUND: Final = "hotline-outbound"
QUEUE_EXIT: Final = "hotline-queue-exit"
LAST_WORD: Final = "HOTLINE_DONE"
RUNG: Final = "HOTLINE_RUNG"  # the number that DIALSTATUS speaks of

FindSound = Callable[[Sound], str]
"""The path of a clip without its extension, as STREAM FILE takes it."""

UNWRITTEN: Final = 0.3  # seconds of a recording that may be missing before we say so

_RECORDING_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)


class BadRecordingName(HotlineError):
    """A name that could leave the recordings folder."""

    id = "bad-recording-name"


class AgiCall(Call):
    """A caller reached through AGI; a subclass supplies `command`."""

    def __init__(self, facts: CallFacts, *, sounds: FindSound, recordings: Path) -> None:
        super().__init__(facts)
        self._sounds = sounds
        self._recordings = recordings

    @abc.abstractmethod
    def command(self, line: bytes) -> Awaitable[Reply]:
        """Send one command and wait for its reply.

        Raises `CallerGone` when there is none, or when it says that nobody is on the line.
        """

    def missing(self, sound: Sound) -> None:
        """Told of a clip that could not be played; the call goes on."""

    def unrecorded(self, recording: Recording) -> None:
        """Told of a recording that the disk did not take, or not all of it."""

    def gone(self) -> None:
        """Told when a result shows that the caller has gone, before `CallerGone` is raised."""

    async def answer(self) -> None:
        await self._must(say.ANSWER)

    async def play(self, sound: Sound, *, interruptible: bool = True) -> str:
        name = self._sounds(sound)
        if not name:
            self._pass_over(sound)
            return ""
        keys = say.ALL_KEYS if interruptible else ""
        reply = await self.command(say.stream_file(name, keys))
        if reply.result == "-1":
            # Asterisk answers a missing file and a hang-up alike; only one of them is our fault.
            await self._must(say.CHANNEL_STATUS)
            self._pass_over(sound)
        elif reply.result == "0" and reply.endpos == 0:  # an empty file is played, as nothing
            self._pass_over(sound)
        return key_of(reply)

    async def wait_key(self, within: Seconds) -> str:
        return key_of(await self._must(say.wait_for_digit(int(within * 1000))))

    async def record(
        self, name: str, *, at_most: Seconds, silence: Seconds = MESSAGE_SILENCE
    ) -> Recording:
        if not _RECORDING_NAME.fullmatch(name):
            raise BadRecordingName(repr(name[:40]))
        path = self._recordings / name
        command = say.record_file(
            str(path), milliseconds=int(at_most * 1000), silence=max(1, round(silence))
        )
        try:
            reply = await self.command(command)
            end = recording_end(reply, at_most)
            if end is RecordingEnd.FAILED:
                await self._must(say.CHANNEL_STATUS)  # a hang-up can look like it
        except CallerGone:
            return cut_recording(path)
        if end is RecordingEnd.HANGUP:
            self.gone()
        return self._as_kept(Recording(f"{path}.wav", length_of(reply), end, key_of(reply)))

    async def play_back(self, recording: Recording) -> str:
        command = say.stream_file(recording.path.removesuffix(".wav"))
        return key_of(await self.command(command))

    async def dial(self, number: PhoneNumber, *, ring: Seconds, shown: str) -> DialResult:
        await self._show(shown)
        await self.set("DIALSTATUS", "")
        await self.set(RUNG, number)
        await self._must(say.gosub(OUTBOUND, "s", number, str(round(ring))))
        return dial_result(await self.get("DIALSTATUS"), await self.get("ANSWEREDTIME"))

    async def queue(self, name: str, *, at_most: Seconds, shown: str) -> QueueResult:
        await self._show(shown)
        for stale in ("QUEUESTATUS", "MEMBERINTERFACE", "QEHOLDTIME"):
            await self.set(stale, "")
        place = [await self.get(part) for part in ("CONTEXT", "EXTEN", "PRIORITY")]
        began = time.monotonic()
        await self._must(say.execute("Queue", name, "c", "", "", str(round(at_most))))
        passed = seconds(time.monotonic() - began)
        return queue_result(
            await self.get("QUEUESTATUS"),
            left_by_key=await self._left_by_key(place),
            interface=await self.get("MEMBERINTERFACE"),
            held=await self.get("QEHOLDTIME"),
            passed=passed,
        )

    async def stream_sound(self, uuid: UUID, address: str) -> bool:
        """Have the switch send the call's sound to `address`; returns when that has ended.

        False when it could not be sent, or broke off while the caller stayed.
        """
        reply = await self.command(say.audio_socket(uuid, address))
        if reply.result == "-1":  # refused, broken, or the caller has hung up
            await self._must(say.CHANNEL_STATUS)
        return reply.result == "0"

    async def last_recording(self, name: str) -> Recording | None:
        if not _RECORDING_NAME.fullmatch(name):
            raise BadRecordingName(repr(name[:40]))
        path = self._recordings / name
        return cut_recording(path) if path.with_suffix(".wav").exists() else None

    async def last_dial(self, number: PhoneNumber) -> DialResult | None:
        status = await self.get("DIALSTATUS")
        if not status or await self.get(RUNG) != number:
            return None
        return dial_result(status, await self.get("ANSWEREDTIME"))

    async def last_queue(self) -> QueueResult | None:
        status = await self.get("QUEUESTATUS")
        if not status:
            return None
        return queue_result(
            status,
            left_by_key=False,
            interface=await self.get("MEMBERINTERFACE"),
            held=await self.get("QEHOLDTIME"),
            passed=NO_TIME,
        )

    async def forget_queue(self) -> None:
        await self.set("QUEUESTATUS", "")

    def set(self, name: str, value: str) -> Awaitable[object]:
        return self.command(say.set_variable(name, value))

    async def get(self, name: str) -> str:
        reply = await self.command(say.get_variable(name))
        return reply.data or "" if reply.result == "1" else ""

    def hangup(self) -> Awaitable[object]:
        return self.command(say.HANGUP)

    async def _must(self, command: bytes) -> Reply:
        """For commands that fail only when the caller has gone."""
        reply = await self.command(command)
        if reply.result == "-1":
            self.gone()
            raise CallerGone
        return reply

    def _as_kept(self, told: Recording) -> Recording:
        """What the disk has of it: Asterisk counts what it could not write as well."""
        kept = cut_recording(Path(told.path.removesuffix(".wav")), told.end)
        if told.end is not RecordingEnd.FAILED and kept.duration >= told.duration - UNWRITTEN:
            return told
        self.unrecorded(kept)
        hung_up = told.end is RecordingEnd.HANGUP
        return kept if hung_up else evolve(kept, end=RecordingEnd.FAILED, key=told.key)

    def _pass_over(self, sound: Sound) -> None:
        self._unheard = sound
        self.missing(sound)

    async def _show(self, shown: str) -> None:
        await self.set("CALLERID(name)", caller_name(shown))

    async def _left_by_key(self, place: list[str]) -> bool:
        """Leaving a queue by a key moves the call in the dialplan: move it back, AGI goes on."""
        if await self.get("CONTEXT") != QUEUE_EXIT:
            return False
        context, extension, priority = place
        # The dialplan takes one off a priority set in mid-step, so this is the step after ours.
        for command in say.set_place(context, extension, int(priority) + 1):
            await self.command(command)
        return True
