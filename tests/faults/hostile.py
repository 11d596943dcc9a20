"""Peers that mean no good, on the FastAGI port: what they send, and how many of them there are."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
from collections.abc import Mapping
from typing import Final

from attrs import define, field

Address = tuple[str, int]
OPENING: Final = (
    b"agi_network: yes\nagi_request: agi://x/incoming\nagi_channel: PJSIP/x-1\n"
    b"agi_uniqueid: hostile.%d\nagi_callerid: 1\nagi_dnid: 114\n\n"
)
MIB: Final = 1 << 20
SPARE: Final = 400  # descriptors this process needs for itself
SLOWLY: Final = 10.0  # seconds between the bytes of a slow peer
AT_ONCE: Final = 100  # connections made at a time

CORPUS: Final[Mapping[str, bytes]] = {
    "no colon": b"agi_network yes\n\n",
    "a line of 1 MiB": b"agi_network: " + b"x" * MIB + b"\n\n",
    "an answer of 1 MiB": OPENING % 1 + b"200 result=1 (" + b"x" * MIB + b")\n",
    "NUL in the opening": b"agi_network: y\0es\n\n",
    "NUL in an answer": OPENING % 2 + b"200 result=1 (\0)\n",
    "GBK": b"agi_network: \xc4\xe3\xba\xc3\nagi_uniqueid: hostile.3\n\n" + b"200 result=0\n" * 3,
    "a cut answer": OPENING % 4 + b"200 result=",
    "a cut opening": b"agi_network: yes\nagi_req",
    "no answer at all": OPENING % 5 + b"999 nonsense\n",
    "510": OPENING % 6 + b"510 Invalid or unknown command\n" * 40,
    "520 without end": OPENING % 7 + b"520-Usage follows\n" + b"blah\n" * 50_000,
    "HANGUP amid": OPENING % 8 + b"200 result=0\nHANGUP\n200 result=0\n",
    "HANGUP in half": OPENING % 9 + b"HANG",
    "answers nobody asked for": OPENING % 10 + b"200 result=0\n" * 10_000,
    "another protocol": b"GET / HTTP/1.1\r\nHost: 114\r\n\r\n",
    "nothing but line feeds": b"\n" * 10_000,
    "a number out of range": OPENING % 11 + b"200 result=" + b"9" * 60_000 + b"\n",
}


def raise_limit() -> int:
    """As many descriptors as this process may have; how many that are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(soft, hard)


async def send(where: Address, data: bytes, within: float = 8.0) -> bool:
    """Whether the other side put an end to it, once all of `data` was sent."""
    try:
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_connection(*where)
            try:
                with contextlib.suppress(OSError):
                    writer.write(data)
                    await writer.drain()
                    writer.write_eof()
                while await reader.read(4096):
                    pass
            finally:
                writer.transport.abort()
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


@define
class Besiegers:
    """Many connections that only stand there, or send a byte now and then."""

    where: Address
    sockets: list[socket.socket] = field(factory=list)
    refused: int = 0
    _feeding: asyncio.Task[None] | None = None

    async def come(self, number: int) -> int:
        """That many more, or as many as the limit allows; how many are connected now."""
        allowed = raise_limit() - SPARE
        wanted = min(number, allowed - len(self.sockets))
        for first in range(0, wanted, AT_ONCE):
            await asyncio.gather(*(self._one() for _ in range(min(AT_ONCE, wanted - first))))
        return len(self.sockets)

    async def feed(self, data: bytes = b"agi_network: yes\n") -> None:
        """Each sends one byte every ten seconds, until they leave."""
        while True:
            for index in range(len(data)):
                for each in tuple(self.sockets):
                    with contextlib.suppress(OSError):
                        each.send(data[index : index + 1])
                await asyncio.sleep(SLOWLY)

    def standing(self) -> int:
        """How many of them the other side still bears."""
        return sum(_is_open(each) for each in self.sockets)

    def leave(self) -> None:
        for each in self.sockets:
            each.close()
        self.sockets.clear()

    async def _one(self) -> None:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setblocking(False)
        try:
            async with asyncio.timeout(5):
                await asyncio.get_running_loop().sock_connect(made, self.where)
        except (OSError, TimeoutError):
            self.refused += 1
            made.close()
        else:
            self.sockets.append(made)


def _is_open(each: socket.socket) -> bool:
    try:
        return each.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
