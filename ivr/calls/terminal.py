"""A call on a terminal: an administrator walks the flow by typing; the texts are printed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ivr.calls.lone_call import LoneCall
from ivr.kernel.heard import Hints
from ivr.kernel.ids import PhoneNumber
from ivr.kernel.sound import Sound
from ivr.kernel.units import Seconds, seconds
from ivr.speech.scripted import heard_as
from ivr.telephony.call import (
    KEYS,
    MESSAGE_SILENCE,
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

_DIALLED = {
    "1": DialEnd.ANSWERED,
    "2": DialEnd.BUSY,
    "3": DialEnd.NO_ANSWER,
    "4": DialEnd.UNAVAILABLE,
}
_QUEUED = {"1": QueueEnd.SERVED, "2": QueueEnd.TIMEOUT, "3": QueueEnd.NO_OPERATORS}
TALK = seconds(30)


class TerminalCall(LoneCall):
    """`read` returns one typed line and raises EOFError at the end; `write` prints one line."""

    def __init__(
        self, facts: CallFacts, read: Callable[[str], str], write: Callable[[str], None]
    ) -> None:
        super().__init__(facts)
        self._read = read
        self._write = write
        self._gone = False

    async def answer(self) -> None:
        self._write("（接通。直接回车表示不按键不说话，h 表示挂机；请您说话时，可以打字。）")

    async def play(self, sound: Sound, *, interruptible: bool = True) -> str:  # noqa: ARG002
        self._check()
        self._write(f"  ♪ {sound.text}")
        return ""

    async def wait_key(self, within: Seconds) -> str:
        if within < 1.0:
            return ""
        typed = await self._type(f"按键（等{within:.0f}秒）> ")
        keys = "".join(key for key in typed if key in KEYS)
        self._ahead.extend(keys[1:])
        return keys[:1]

    @property
    def hears(self) -> bool:
        """What is typed and is no key was said."""
        return True

    async def hear(
        self, sounds: tuple[Sound, ...], expecting: Hints, first: Seconds
    ) -> Utterance | ListenEnd:
        for sound in sounds:
            await self.play(sound)
        typed = await self._type(f"按键或说话（等{first:.0f}秒）> ")
        if not typed:
            return ListenEnd.SILENT
        if all(key in KEYS for key in typed):
            self._ahead.extend(typed)
            return ListenEnd.KEYED
        return heard_as(typed, expecting)

    async def record(
        self, name: str, *, at_most: Seconds, silence: Seconds = MESSAGE_SILENCE
    ) -> Recording:
        self._check()
        self._write(f"（录音，最长{at_most:.0f}秒，静音{silence:.0f}秒结束）")
        typed = await self._type("说话的秒数，直接回车表示没有说话> ")
        length = seconds(min(float(typed), at_most)) if typed.isdecimal() else seconds(0)
        return Recording(f"{name}.wav", length, RecordingEnd.SILENCE)

    async def play_back(self, recording: Recording) -> str:
        self._check()
        self._write(f"  ♪ （您的留言，{recording.duration:.0f}秒）")
        return ""

    async def dial(self, number: PhoneNumber, *, ring: Seconds, shown: str) -> DialResult:
        self._check()
        self._write(f"（呼叫 {number}，振铃{ring:.0f}秒，来电显示：{shown}）")
        typed = await self._type("1 接通 2 占线 3 无人接听 4 接不通> ")
        end = _DIALLED.get(typed, DialEnd.NO_ANSWER)
        return DialResult(end, TALK if end is DialEnd.ANSWERED else seconds(0))

    async def queue(self, name: str, *, at_most: Seconds, shown: str) -> QueueResult:
        self._check()
        self._write(f"（进入队列 {name}，最长{at_most:.0f}秒，来电显示：{shown}）")
        typed = await self._type("1 话务员接听 2 等候超时 3 无人在线> ")
        end = _QUEUED.get(typed, QueueEnd.TIMEOUT)
        return (
            QueueResult(end, "1001", seconds(5), TALK)
            if end is QueueEnd.SERVED
            else QueueResult(end)
        )

    async def hangup(self) -> None:
        self._write("（挂机）")
        self._gone = True

    async def _type(self, question: str) -> str:
        self._check()
        try:
            typed = (await asyncio.to_thread(self._read, question)).strip()
        except EOFError:
            typed = "h"
        if typed == "h":
            self._gone = True
            raise CallerGone
        return typed

    def _check(self) -> None:
        if self._gone:
            raise CallerGone
