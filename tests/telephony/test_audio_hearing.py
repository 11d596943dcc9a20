"""A call that hears: AGI and sound together. Asterisk is played by two sockets."""

import asyncio
import contextlib
from uuid import UUID

import pytest

from ivr.kernel.heard import Heard, Hypothesis
from ivr.kernel.sound import Sound
from ivr.kernel.units import seconds
from ivr.telephony.audio import AudioLimits, AudioServer, Unwatched
from ivr.telephony.audio_clips import ClipStore, linear
from ivr.telephony.audio_hearing import Hearing
from ivr.telephony.call import Digits
from ivr.telephony.ear import Answer, Deaf, SpeechBegan, SpeechEnded
from ivr.telephony.fastagi import FastAgiServer
from ivr.telephony.limits import Unobserved
from ivr.wire.audiosocket import END, FRAME, sound

ENVIRONMENT = b"agi_network: yes\nagi_uniqueid: 1.7\nagi_callerid: 13800001111\n\n"
GREETING = Sound("greeting", "您好")
SAID = Heard((Hypothesis("暖气不热", -0.1),), 0.9)
LOUD = b"\x10\x20" * 160
KEY = b"\x03\x00\x01"
FRAMES = 500  # of the greeting: ten seconds, which no test waits for
SOON = 60.0  # seconds for what takes none on an idle machine


class Ears:
    """Hears what a test says; `room` is how many ears there are."""

    def __init__(self, room=9):
        self.room = room
        self.opened = []
        self.is_ready = True
        self.fault = None

    def open(self, call, hints, tell):  # noqa: ARG002 - all are heard alike
        if not self.room:
            return None
        self.opened.append(Ear(tell, self.fault))
        return self.opened[-1]


class Ear:
    def __init__(self, tell, fault):
        self.tell = tell
        self._fault = fault
        self.frames = 0
        self.closed = False

    def feed(self, heard, played):  # noqa: ARG002 - counted only
        assert not self.closed
        self.frames += 1
        if self._fault:
            raise self._fault

    def close(self):
        assert not self.closed
        self.closed = True


class Watcher(Unwatched):
    def __init__(self):
        self.deafness = []
        self.faults = []

    def deaf(self, why):
        self.deafness.append(why)

    def fault(self, fault):
        self.faults.append(fault)


class Agi(Unobserved):
    def __init__(self):
        self.ends = []
        self.missed = []

    def closed(self, reason):
        self.ends.append(reason)

    def missing(self, sound):
        self.missed.append(sound)

    def fault(self, fault):
        raise fault


class Switch:
    """Asterisk's two ends, and the flow's answers."""

    def __init__(self, folder, *, ears=None, streams=9):
        (folder / "greeting.alaw").write_bytes(b"\x80" * 160 * FRAMES)
        self.ears, self.agi, self.watcher = ears or Ears(), Agi(), Watcher()
        self.answers = []
        self._folder = folder
        self._audio = AudioServer(
            limits=AudioLimits(streams=streams, linger=SOON), observer=self.watcher
        )
        self._questions = 1

    async def __aenter__(self):
        self._sounds = lambda sound: str(self._folder / sound.id)
        hearing = Hearing(self._audio, self.ears, ClipStore(self._sounds))
        self._server = FastAgiServer(
            self._flow,
            sounds=self._sounds,
            recordings=self._folder,
            observer=self.agi,
            hearing=hearing,
        )
        await self._audio.start("127.0.0.1", 0)
        await self._server.start("127.0.0.1", 0)
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._server.port)
        self.writer.write(ENVIRONMENT)
        return self

    async def __aexit__(self, *_):
        self.writer.close()
        await self._server.stop(SOON)
        await self._audio.stop()

    def questions(self, number):
        self._questions = number
        return self

    async def _flow(self, call):
        for _ in range(self._questions):
            self.answers.append(await call.listen(GREETING, at_most=2))

    async def command(self):
        return (await asyncio.wait_for(self.reader.readline(), SOON)).decode().strip()

    async def asked_to_connect(self):
        """The UUID and the port of EXEC AudioSocket."""
        words = (await self.command()).split()
        assert words[:2] == ["EXEC", "AudioSocket"], words
        uuid, address = words[2].split(",")
        return UUID(uuid), int(address.partition(":")[2])

    @contextlib.asynccontextmanager
    async def sound(self):
        """Connect as asked; yields the stream's two ends."""
        uuid, port = await self.asked_to_connect()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x01\x00\x10" + uuid.bytes + sound(LOUD))
        try:
            yield reader, writer
        finally:
            writer.close()

    def reply(self, line):
        self.writer.write(f"{line}\n".encode())

    async def asked_for_keys(self, *keys):
        """The prompt by STREAM FILE, then keys waited for."""
        assert (await self.command()).startswith("STREAM FILE")
        self.reply("200 result=0 endpos=480")
        for key in keys:
            assert (await self.command()).startswith("WAIT FOR DIGIT")
            self.reply(f"200 result={ord(key) if key else 0}")

    async def last_word(self):
        assert "HOTLINE_DONE" in await self.command()
        self.reply("200 result=1")


async def a_frame(reader):
    """The next frame played, b"" when our END comes instead."""
    header = await asyncio.wait_for(reader.readexactly(3), SOON)
    return b"" if header == END else await asyncio.wait_for(reader.readexactly(FRAME), SOON)


async def ended(reader):
    """Every frame that is not silence until our END."""
    return [frame async for frame in frames(reader) if any(frame)]


async def frames(reader):
    while frame := await a_frame(reader):
        yield frame


async def test_an_utterance_is_heard_over_the_prompt(tmp_path):
    async with Switch(tmp_path) as switch:
        async with switch.sound() as (reader, _):
            first = await a_frame(reader)
            (ear,) = switch.ears.opened
            for event in (SpeechBegan(), SpeechEnded(), Answer(SAID)):
                ear.tell(event)
            rest = await ended(reader)
        switch.reply("200 result=0")
        await switch.last_word()
    assert switch.answers == [SAID]
    assert first == linear(b"\x80" * 160)
    assert len(rest) < FRAMES / 2
    assert ear.closed
    assert ear.frames >= 1


async def test_keys_are_collected_wherever_they_are_typed(tmp_path):
    async with Switch(tmp_path) as switch:
        async with switch.sound() as (reader, writer):
            writer.write(KEY + b"1")
            await ended(reader)
            writer.write(KEY + b"2")  # under way when we ended
            await writer.drain()
            switch.reply("200 result=0")
        await switch.last_word()
    assert switch.answers == [Digits("12")]


async def test_when_the_switch_can_not_connect_keys_are_asked_for_from_now_on(tmp_path):
    async with Switch(tmp_path).questions(2) as switch:
        await switch.asked_to_connect()
        switch.reply("200 result=-1")
        assert await switch.command() == "CHANNEL STATUS"
        switch.reply("200 result=6")
        await switch.asked_for_keys("3", "4")
        await switch.asked_for_keys("5", "")
        await switch.last_word()
    assert switch.answers == [Digits("34"), Digits("5")]
    assert switch.watcher.deafness == ["refused"]


async def test_a_late_ear_costs_one_question_and_the_caller_keys(tmp_path):
    async with Switch(tmp_path) as switch:
        async with switch.sound() as (reader, _):
            await a_frame(reader)
            switch.ears.opened[0].tell(Deaf("recogniser-late"))
            await ended(reader)
        switch.reply("200 result=0")
        await switch.asked_for_keys("7", "#")
        await switch.last_word()
    assert switch.answers == [Digits("7", ended=True)]
    assert switch.watcher.deafness == ["recogniser-late"]


async def test_when_all_ears_are_taken_the_next_question_tries_again(tmp_path):
    async with Switch(tmp_path, ears=Ears(room=0)).questions(2) as switch:
        await switch.asked_for_keys("1", "2")
        async with switch_has_ears(switch).sound() as (reader, writer):
            writer.write(KEY + b"3" + KEY + b"4")
            await ended(reader)
        switch.reply("200 result=0")
        await switch.last_word()
    assert switch.answers[0] == Digits("12")
    assert "ears-full" in switch.watcher.deafness


def switch_has_ears(switch):
    switch.ears.room = 9
    return switch


async def test_no_room_for_a_stream_is_a_question_by_keys(tmp_path):
    async with Switch(tmp_path, streams=0) as switch:
        await switch.asked_for_keys("1", "2")
        await switch.last_word()
    assert switch.watcher.deafness == ["streams-full"]


async def test_a_stream_that_breaks_while_the_caller_stays_falls_to_keys(tmp_path):
    async with Switch(tmp_path) as switch:
        async with switch.sound() as (reader, writer):
            writer.write(b"\x77\x00\x00")
            await asyncio.wait_for(reader.read(), SOON)
        switch.reply("200 result=0")
        await switch.asked_for_keys("1", "2")
        await switch.last_word()
    assert switch.watcher.deafness == ["stream-broken"]


async def test_an_ear_that_fails_costs_a_question_by_keys_and_no_call(tmp_path):
    async with Switch(tmp_path) as switch:
        switch.ears.fault = ZeroDivisionError()
        async with switch.sound() as (reader, _):
            await asyncio.wait_for(reader.read(), SOON)
        switch.reply("200 result=0")
        await switch.asked_for_keys("1", "2")
        await switch.last_word()
    assert switch.answers == [Digits("12")]
    assert switch.watcher.deafness == ["stream-broken"]
    assert switch.watcher.faults == [switch.ears.fault]


@pytest.mark.parametrize("how", ["agi closes", "reply"])
async def test_a_hang_up_while_listening_is_caller_gone_and_nothing_listens_on(tmp_path, how):
    async with Switch(tmp_path) as switch:
        async with switch.sound() as (reader, _):
            await a_frame(reader)
            if how == "agi closes":
                switch.writer.close()
        if how == "reply":
            switch.reply("200 result=-1")
            assert await switch.command() == "CHANNEL STATUS"
            switch.reply("511 Command Not Permitted on a dead channel")
            assert await switch.command() == ""
        async with asyncio.timeout(SOON):
            while not switch.agi.ends:  # noqa: ASYNC110 - told by callbacks
                await asyncio.sleep(0.005)
    assert switch.agi.ends == ["caller-gone"]
    assert switch.answers == switch.watcher.deafness == []
    assert switch.ears.opened[0].closed


async def test_a_prompt_without_audio_is_not_followed_by_a_long_silence(tmp_path, monkeypatch):
    monkeypatch.setattr("ivr.telephony.audio_hearing.UNASKED", seconds(0.1))
    async with Switch(tmp_path) as switch:
        (tmp_path / "greeting.alaw").unlink()
        async with switch.sound() as (reader, _):
            assert await asyncio.wait_for(ended(reader), SOON) == []
        switch.reply("200 result=0")
        await switch.last_word()
    assert switch.answers == [Digits("")]


async def test_a_prompt_without_audio_is_told_and_the_caller_is_heard(tmp_path):
    async with Switch(tmp_path) as switch:
        (tmp_path / "greeting.alaw").unlink()
        async with switch.sound() as (reader, writer):
            writer.write(KEY + b"1" + KEY + b"2")
            assert await ended(reader) == []
        switch.reply("200 result=0")
        await switch.last_word()
    assert switch.answers == [Digits("12")]
    assert switch.agi.missed == ["greeting"]
