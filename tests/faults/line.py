"""Telephone lines by the hundred: each dials 114, hears, presses keys, speaks, and hangs up.

Unlike the crowd of `tests.perf` these callers listen: what they do next depends on what they are
told, and what they were told is kept.
"""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Final, Self

from attrs import define, field, frozen

from tests.faults.lexicon import FRAME, Lexicon, Spot, voice_of
from tests.perf.sip_words import SILENT, Dialog, Message, Voice, accept, read

HOST: Final = "127.0.0.4"
RESEND: Final = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds between sendings of a request
BEAT: Final = 0.02
HEAD: Final = 12  # bytes of RTP before the sound
BETWEEN_KEYS: Final = 0.2  # seconds
NUMBER: Final = "136{:08d}"


class NotAnswered(Exception):
    """The call was refused, or nobody answered in time; the message says which."""


@frozen
class Heard:
    """A clip that began, by its name, at a moment of `time.monotonic`."""

    clip: str
    at: float


@define(eq=False)
class Line:
    """One caller's line. Times are of `time.monotonic`."""

    serial: int
    dialog: Dialog
    lexicon: Lexicon
    office: Office
    voice: Voice = field(init=False)
    heard: list[Heard] = field(factory=list)
    told: asyncio.Queue[Heard | None] = field(factory=asyncio.Queue)  # None: the line is dead
    answer: asyncio.Future[Message] = field(init=False)
    port: int = 0  # where our sound goes
    sound: bytes = SILENT
    spoken: int = 0  # packets of voice sent; a busy machine sends fewer than time has passed for
    ended: asyncio.Event = field(factory=asyncio.Event)
    dropped: bool = False  # ended by the other side
    sounded: float = 0.0  # when the last packet came
    silences: list[tuple[float, float]] = field(factory=list)  # when each began, how long
    _at: Spot = field(factory=lambda: Spot("", -1))
    _listens: float = 0.0  # since when the caller waits for a word, 0 while they do not
    _acknowledged: set[str] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        self.voice = Voice(self.serial + 1)
        self.answer = asyncio.get_running_loop().create_future()

    @property
    def caller(self) -> str:
        return self.dialog.caller

    async def press(self, keys: str) -> None:
        for key in keys:
            for packet in self.voice.key(key):
                self.office.send_sound(self, packet)
            await asyncio.sleep(BETWEEN_KEYS)

    def speak(self) -> None:
        self.sound = voice_of(self.serial)

    def be_silent(self) -> None:
        self.sound = SILENT

    async def next(self, within: float) -> Heard | None:
        """The next clip that begins; None when the line goes dead. Raises TimeoutError."""
        self._listens = self._listens or time.monotonic()
        try:
            async with asyncio.timeout(within):
                return await self.told.get()
        finally:
            self._note_silence(time.monotonic())
            self._listens = 0.0

    async def hang_up(self) -> None:
        """Say goodbye to the switch; the line is dead when it has heard that."""
        if not self.ended.is_set() and self.answer.done():
            self.office.request(self, "BYE", self.dialog.bye(self.answer.result()))
            self.end(by_them=False)

    def end(self, *, by_them: bool) -> None:
        if not self.ended.is_set():
            self.dropped = by_them
            self.ended.set()
            self.told.put_nowait(None)

    def packet(self, data: bytes) -> None:
        """A packet of sound has come."""
        now = time.monotonic()
        if self._listens:
            self._note_silence(now)
            self._listens = now
        self.sounded = now
        spot = self.lexicon.spot(data[HEAD : HEAD + FRAME])
        if spot is None or (spot.clip == self._at.clip and spot.index < 0):
            return
        before, self._at = self._at, spot
        if spot.clip != before.clip or spot.index < before.index:  # it began, or began again
            self.heard.append(Heard(spot.clip, now))
            self.told.put_nowait(self.heard[-1])

    def _note_silence(self, now: float) -> None:
        since = max(self._listens, self.sounded)
        if self._listens and now - since > 0.2:
            self.silences.append((since, now - since))


class _Sound(asyncio.DatagramProtocol):
    def __init__(self, line: Line) -> None:
        self._line = line

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002
        self._line.packet(data)


class Office:
    """The exchange that the lines hang on: one signalling socket, one beat for all their sound."""

    def __init__(self, server: str, lexicon: Lexicon) -> None:
        host, _, port = server.rpartition(":")
        self._server, self._where = server, (host, int(port))
        self._lexicon = lexicon
        self._lines: dict[str, Line] = {}
        self._sounds: dict[str, asyncio.DatagramTransport] = {}
        self._signals: asyncio.DatagramTransport | None = None
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._signals, _ = await loop.create_datagram_endpoint(
            lambda: _Signals(self), local_addr=(HOST, 0)
        )
        self._beating = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_: object) -> None:
        for line in tuple(self._lines.values()):
            await line.hang_up()
        await asyncio.sleep(0.1)
        if self._beating is not None:
            self._beating.cancel()
        for transport in (*self._sounds.values(), self._signals):
            if transport is not None:
                transport.close()

    async def dial(self, serial: int, within: float = 30.0) -> Line:
        """A line whose call has been answered. Raises `NotAnswered`."""
        line = await self._line(serial)
        self.request(line, "INVITE", line.dialog.invite())
        try:
            async with asyncio.timeout(within):
                answer = await asyncio.shield(line.answer)
        except TimeoutError:
            self._put_down(line)
            raise NotAnswered("nobody answered") from None
        if answer.status >= 300:
            self._put_down(line)
            raise NotAnswered(str(answer.status))
        line.port = answer.sound_port
        line.sounded = time.monotonic()
        return line

    def request(self, line: Line, method: str, data: bytes, tries: int = 0) -> None:
        """Until somebody answers, as UDP loses things."""
        if self._signals is None or (tries and method in line._acknowledged):
            return
        self._signals.sendto(data, self._where)
        if tries < len(RESEND):
            loop = asyncio.get_running_loop()
            loop.call_later(RESEND[tries], self.request, line, method, data, tries + 1)

    def send_sound(self, line: Line, packet: bytes) -> None:
        transport = self._sounds.get(line.dialog.call)
        if transport is not None and line.port:
            transport.sendto(packet, (self._where[0], line.port))

    def take(self, message: Message) -> None:
        line = self._lines.get(message.call)
        if not message.status:
            if message.method != "ACK" and self._signals is not None:
                self._signals.sendto(accept(message), self._where)
            if message.method == "BYE" and line is not None:
                line.end(by_them=True)
                self._put_down(line)
            return
        if line is None:
            return
        line._acknowledged.add(message.method)
        if message.method == "INVITE" and message.status >= 200 and self._signals is not None:
            self._signals.sendto(line.dialog.ack(message), self._where)
            if not line.answer.done():
                line.answer.set_result(message)
        elif message.method == "BYE":
            self._put_down(line)

    async def _line(self, serial: int) -> Line:
        loop = asyncio.get_running_loop()
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((HOST, 0))
        dialog = Dialog(
            call=f"f{serial}x{time.monotonic_ns() % 1_000_000_007}",
            caller=NUMBER.format(serial),
            host=HOST,
            port=self._signals.get_extra_info("sockname")[1] if self._signals else 0,
            sound=made.getsockname()[1],
            server=self._server,
        )
        line = self._lines[dialog.call] = Line(serial, dialog, self._lexicon, self)
        transport, _ = await loop.create_datagram_endpoint(lambda: _Sound(line), sock=made)
        self._sounds[dialog.call] = transport
        return line

    def _put_down(self, line: Line) -> None:
        self._lines.pop(line.dialog.call, None)
        transport = self._sounds.pop(line.dialog.call, None)
        if transport is not None:
            transport.close()

    async def _beat(self) -> None:
        due = time.monotonic()
        while True:
            for line in tuple(self._lines.values()):
                if line.port and not line.ended.is_set():
                    line.spoken += line.sound is not SILENT
                    self.send_sound(line, line.voice.sound(line.sound))
            due = max(due + BEAT, time.monotonic() - BEAT)
            await asyncio.sleep(max(0.0, due - time.monotonic()))


class _Signals(asyncio.DatagramProtocol):
    def __init__(self, office: Office) -> None:
        self._office = office

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002
        try:
            self._office.take(read(data))
        except (ValueError, KeyError):
            return  # no SIP
