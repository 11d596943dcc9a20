"""Callers with real telephones, the product's Asterisk, and flows of a test that can hear.

The ear is a simple one: loud is speech, 0.4 s of quiet is its end, and what was said is how long
it took. It notes what the caller was being told when their first sound arrived.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
from attrs import define, field

from deploy.asterisk_process import AsteriskProcess
from deploy.phones.listen import Clip
from deploy.phones.phone import Leg, Phone, State, Subscriber
from deploy.render import Variant, render
from ivr.kernel.heard import Heard, Hints, Hypothesis
from ivr.kernel.ids import CallId
from ivr.telephony.audio import AudioServer, Unwatched
from ivr.telephony.audio_clips import ClipStore
from ivr.telephony.audio_hearing import Hearing
from ivr.telephony.audio_stream import StreamEnd
from ivr.telephony.call import Call, CallerGone
from ivr.telephony.ear import Answer, Ear, SpeechBegan, SpeechEnded, Tell
from ivr.telephony.fastagi import FastAgiServer
from ivr.telephony.limits import Unobserved
from ivr.wire.audiosocket import FRAME
from prompts.alaw import LINEAR
from tests.deploy.conftest import layout_at, settings_at
from tests.phones.speech import sentence

LOUD = 1500  # level of a sample
SURE = 3  # loud frames that are speech: 60 ms
QUIET = 20  # frames that end it: 0.4 s
NEVER = 1e9
WITHIN = 40.0  # seconds for what takes a few on an idle machine
LINES = 4  # calls at a time that pjsua2's build bears
PHONES = 5
APART = 0.3  # seconds between two beginnings of scenes
NUMBERS = itertools.count(13947310001)

TestFlow = Callable[[Call], Awaitable[Any]]


def alaw(path: Path, seed: int, seconds: float) -> Path:
    """A sentence that nothing else sounds like, as a clip."""
    samples = sentence(seed, seconds).astype(np.int64)
    order = np.argsort(LINEAR)
    levels = np.array(LINEAR)[order]
    nearest = order[np.searchsorted((levels[1:] + levels[:-1]) / 2, samples)]
    path.write_bytes(nearest.astype("u1").tobytes())
    return path


@define(eq=False)
class Talk:
    """One caller and what became of their call."""

    flow: TestFlow
    thinks: float = 0.0  # seconds from the end of speech to the answer
    leg: Leg = field(default=None)
    result: asyncio.Future[Any] = field(factory=lambda: asyncio.get_running_loop().create_future())
    ears: list[LoudnessEar] = field(factory=list)

    async def returns(self, within: float = WITHIN) -> Any:
        """What the flow returned, or CallerGone as a value."""
        return await asyncio.wait_for(asyncio.shield(self.result), within)

    async def is_told_something(self, *, ears: int = 1) -> None:
        """A second of the prompt, of the question that has the last of so many ears."""
        async with asyncio.timeout(WITHIN):
            while len(self.ears) < ears or self.ears[-1].told < 50:  # noqa: ASYNC110 - by the beat
                await asyncio.sleep(0.02)


@define(eq=False)
class LoudnessEar:
    """Tells speech by its loudness."""

    tell: Tell
    thinks: float
    told_when_spoken: int = 0
    closed: bool = False
    loud: int = 0
    quiet: int = 0
    spoken: int = 0

    @property
    def told(self) -> int:
        """Frames of the prompt that have been sent."""
        question = self.tell.__self__  # the one who opened this ear
        return int(question._playback._at // FRAME)

    def feed(self, heard: bytes, played: bytes) -> None:  # noqa: ARG002 - a wire has no echo
        is_loud = bool(np.abs(np.frombuffer(heard, "<i2").astype(int)).max() > LOUD)
        self.loud = self.loud + 1 if is_loud else 0
        self.quiet = 0 if is_loud else self.quiet + 1
        if not self.spoken:
            self._before(is_loud=is_loud)
        elif self.spoken > 0:
            self._during()

    def _before(self, *, is_loud: bool) -> None:
        if is_loud and self.loud == 1:
            self.told_when_spoken = self.told
        if self.loud == SURE:
            self.spoken = SURE
            self.tell(SpeechBegan())

    def _during(self) -> None:
        self.spoken += 1
        if self.quiet == QUIET:
            said = Heard((Hypothesis(f"{self.spoken / 50:.1f} s", 0.0),), 1.0)
            self.spoken = -1
            self.tell(SpeechEnded())
            if self.thinks < NEVER:
                asyncio.get_running_loop().call_later(self.thinks, self.tell, Answer(said))

    def close(self) -> None:
        self.closed = True


@define(eq=False)
class LoudnessEars:
    talks: dict[CallId, Talk] = field(factory=dict)
    is_ready: bool = True

    def open(self, call: CallId, hints: Hints, tell: Tell) -> Ear | None:  # noqa: ARG002
        talk = self.talks[call]
        talk.ears.append(LoudnessEar(tell, talk.thinks))
        return talk.ears[-1]


@define
class SoundWatcher(Unwatched):
    ends: list[StreamEnd] = field(factory=list)
    deafness: list[str] = field(factory=list)
    faults: list[Exception] = field(factory=list)

    def closed(self, why: StreamEnd, reason: str) -> None:  # noqa: ARG002
        self.ends.append(why)

    def deaf(self, why: str) -> None:
        self.deafness.append(why)

    def fault(self, fault: Exception) -> None:
        self.faults.append(fault)


class Faults(Unobserved):
    def __init__(self) -> None:
        self.all: list[Exception] = []

    def fault(self, fault: Exception) -> None:
        self.all.append(fault)


class World:
    """A running switch, our servers, and telephones of a few lines each."""

    def __init__(self, folder: Path, offset: int, phones: int = PHONES) -> None:
        self._phones = phones
        self.folder = folder
        self.settings = settings_at(folder, offset)
        self.agi_port = self.settings.agi.port
        self._layout = layout_at(folder)
        self.switch = AsteriskProcess(self._layout)
        self.ears = LoudnessEars()
        self.watcher = SoundWatcher()
        self.faults = Faults()
        self.audio = AudioServer(observer=self.watcher)
        self.hearing = Hearing(self.audio, self.ears, ClipStore(self.sound))
        self._talks: dict[str, Talk] = {}
        self._hands: dict[Phone, asyncio.Lock] = {}
        self._begun = 0
        self._lines: dict[Phone, list[Talk]] = {}
        self.prompt = alaw(folder / "prompt.alaw", 1, 4.0)
        self.speech = alaw(folder / "speech.alaw", 2, 1.2)

    def sound(self, sound: Any) -> str:
        return str(self.folder / sound.id)

    @property
    def prompt_clip(self) -> Clip:
        return Clip.read(self.prompt)

    @property
    def sip(self) -> str:
        return f"127.0.0.1:{self.settings.switch.sip_port}"

    async def _run(self, call: Call) -> None:
        talk = self._talks[call.facts.caller]
        self.ears.talks[call.facts.call] = talk
        try:
            await call.answer()
            talk.result.set_result(await talk.flow(call))
            await call.hangup()
        except CallerGone as gone:
            if not talk.result.done():
                talk.result.set_result(gone)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[World]:
        render(self.settings, self._layout, Variant.LOOPBACK, numbers=())
        await self.audio.start("127.0.0.1", 0)
        server = FastAgiServer(
            self._run,
            sounds=self.sound,
            recordings=self.folder,
            observer=self.faults,
            hearing=self.hearing,
        )
        await server.start("127.0.0.1", self.agi_port)
        self.switch.start()
        try:
            await asyncio.to_thread(self.switch.wait_booted)
            async with contextlib.AsyncExitStack() as stack:
                for number in range(self._phones):
                    owner = Subscriber(f"1394731900{number}", exchange=self.sip)
                    phone = Phone(owner, folder=self.folder / f"phone-{number}")
                    self._lines[await stack.enter_async_context(phone)] = []
                yield self
        finally:
            await asyncio.to_thread(self.switch.stop)
            await server.stop(0.2)
            await self.audio.stop()

    async def begin(self, scene: Callable[[World], Awaitable[Any]]) -> Any:
        """Scenes begin one by one."""
        self._begun += 1
        await asyncio.sleep(self._begun * APART)
        return await scene(self)

    async def everybody_has_left(self) -> None:
        legs = [talk.leg for talks in self._lines.values() for talk in talks if talk.leg]
        await asyncio.gather(*(leg.wait(State.ENDED) for leg in legs))

    async def is_deaf(self, why: str) -> None:
        async with asyncio.timeout(WITHIN):
            while why not in self.watcher.deafness:  # noqa: ASYNC110 - told by callbacks
                await asyncio.sleep(0.02)

    async def rings(self, flow: TestFlow, *, thinks: float = 0.0) -> Talk:
        """A caller of their own number dials 114 and is answered by `flow`."""
        talk, number = Talk(flow, thinks), str(next(NUMBERS))
        self._talks[number] = talk
        phone = self._free_phone(talk)
        async with self._hands.setdefault(phone, asyncio.Lock()):  # it dials one by one
            talk.leg = await phone.dial("114", caller=f"<sip:{number}@{phone.address}>")
        return talk

    def _free_phone(self, talk: Talk) -> Phone:
        """The one with the fewest calls; it has one more now."""
        for talks in self._lines.values():
            talks[:] = [each for each in talks if each.leg is None or not each.leg.ended]
        phone = min(self._lines, key=lambda each: len(self._lines[each]))
        assert len(self._lines[phone]) < LINES, "all lines of all telephones are taken"
        self._lines[phone].append(talk)
        return phone
