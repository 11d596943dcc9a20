"""A proxy in front of a part, that can be told to be a bad connection.

::

    PASS     bytes go through
    SWALLOW  connections stand and take bytes; nothing comes out at the other end, no end either
    REFUSE   nobody listens, and who was connected has been cut off
    SLOW     each piece is late by `delay` seconds
    TWICE    each message from the part comes again (AMI: ended by an empty line)
    GARBAGE  what a part never sends comes between its messages
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from enum import Enum
from typing import Final, Self

from attrs import define, field

Address = tuple[str, int]
PIECE: Final = 64 * 1024
MESSAGE: Final = b"\r\n\r\n"
RUBBISH: Final = (
    b"Event: Hangup\r\nUniqueid: 1\rEvent: Shutdown\r\n\r\n",
    b"Ev\x00ent: AgentConnect\r\nInterface: \xc4\xe3\xba\xc3\r\n\r\n",
    b": \r\n\r\n",
    b"Response: Success\r\nActionID: 999999\r\nMessage: unasked\r\n\r\n",
    b"Event: DialBegin\r\nDestChannel: \r\nDestChannel: x\r\n\r\n",
)


class Mode(Enum):
    PASS = "pass"
    SWALLOW = "swallow"
    REFUSE = "refuse"
    SLOW = "slow"
    TWICE = "twice"
    GARBAGE = "garbage"


@define(eq=False)
class Proxy:
    """Listens at `front`, passes on to `back`."""

    front: Address
    back: Address
    mode: Mode = Mode.PASS
    delay: float = 0.0
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(factory=set)
    _tasks: set[asyncio.Task[None]] = field(factory=set)
    _changed: asyncio.Event = field(factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.be(Mode.REFUSE)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def connections(self) -> int:
        return len(self._writers) // 2

    async def be(self, mode: Mode, delay: float = 0.0) -> None:
        """From now on. What was swallowed stays lost; those connections end when it passes."""
        before, self.mode, self.delay = self.mode, mode, delay
        self._changed.set()
        self._changed = asyncio.Event()
        if mode is Mode.REFUSE and self._server is not None:
            self._server.close()
            self._server = None
        if mode is Mode.REFUSE or before is Mode.SWALLOW:
            self.cut()
        if mode is not Mode.REFUSE:
            await self._listen()

    def cut(self) -> None:
        """Every connection ends at once, as by a reset."""
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, *self.front)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.back)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        up = asyncio.create_task(self._pump(reader, far_writer, _as_it_is))
        down = asyncio.create_task(self._pump(far_reader, writer, self._spoiled))
        self._tasks |= {up, down}
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        for each in (writer, far_writer):
            each.transport.abort()
        await asyncio.gather(up, down, return_exceptions=True)
        self._tasks -= {up, down}
        self._writers -= {writer, far_writer}

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        spoil: Callable[[bytes], bytes],
    ) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE):
                if self.mode is Mode.SLOW:
                    await asyncio.sleep(self.delay)
                if self.mode is not Mode.SWALLOW:
                    writer.write(spoil(piece))
                    await writer.drain()
            if self.mode is Mode.SWALLOW:  # an end is swallowed, too
                await self._changed.wait()

    def _spoiled(self, piece: bytes) -> bytes:
        """Only whole messages are spoilt: halves go through as they are."""
        if self.mode not in (Mode.TWICE, Mode.GARBAGE) or not piece.endswith(MESSAGE):
            return piece
        if self.mode is Mode.TWICE:
            return piece + piece
        return piece + RUBBISH[len(piece) % len(RUBBISH)]


def _as_it_is(piece: bytes) -> bytes:
    return piece
