"""Peers that mean no good: at the FastAGI port, and at Asterisk's."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import ClassVar

from tests.faults.blows.fault import Fault
from tests.faults.hostile import CORPUS, Besiegers, send
from tests.faults.world import World


class Malformed(Fault):
    number, name, lasts = 17, "malformed AGI", 10.0

    async def inject(self, world: World) -> None:
        """Nothing before the watch."""

    async def watch(self, world: World) -> list[str]:
        where = world.site.first.address
        names = list(CORPUS)
        ended = await asyncio.gather(*(send(where, CORPUS[name]) for name in names))
        return [f"{name}: borne" for name, end in zip(names, ended, strict=True) if not end]


class Slow(Fault):
    """A thousand who send a byte in ten seconds."""

    number, name, lasts = 18, "1,000 slow peers", 22.0
    how_many: ClassVar[int] = 1_000
    feeds: ClassVar[bool] = True

    async def inject(self, world: World) -> None:
        self._besiegers = Besiegers(world.site.first.address)
        self._came = await self._besiegers.come(self.how_many)
        feeding = self._besiegers.feed() if self.feeds else asyncio.sleep(self.lasts)
        self._feeding = asyncio.ensure_future(feeding)

    async def watch(self, world: World) -> list[str]:  # noqa: ARG002
        await asyncio.sleep(self.lasts)
        borne = self._besiegers.standing()
        return [f"{borne} of {self._came} still borne"] if borne else []

    async def heal(self, world: World) -> None:  # noqa: ARG002
        self._feeding.cancel()
        self._besiegers.leave()


class Idle(Slow):
    number, name, how_many, feeds = 19, "10,000 idle connections", 10_000, False


class Flood(Fault):
    """SIP questions that lead nowhere, as scanners send them."""

    number, name, lasts = 20, "a flood of SIP OPTIONS and REGISTER", 8.0
    per_second: ClassVar[int] = 300

    async def inject(self, world: World) -> None:
        """Nothing before the watch."""

    async def watch(self, world: World) -> list[str]:
        host, _, port = world.site.hotline.sip.rpartition(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
            flood.setblocking(False)
            flood.bind(("127.0.0.66", 0))
            for number in range(int(self.lasts * 10)):
                for each in range(self.per_second // 10):
                    with contextlib.suppress(OSError):
                        flood.sendto(_scan(host, f"{number}x{each}"), (host, int(port)))
                await asyncio.sleep(0.1)
        return []


def _scan(host: str, mark: str) -> bytes:
    """A question as a scanner asks it."""
    method = "OPTIONS" if len(mark) % 2 else "REGISTER"
    return (
        f"{method} sip:{host} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.66:5071;branch=z9hG4bK{mark}\r\nMax-Forwards: 70\r\n"
        f"From: <sip:100@{host}>;tag={mark}\r\nTo: <sip:100@{host}>\r\nCall-ID: {mark}\r\n"
        f"CSeq: 1 {method}\r\nContact: <sip:100@127.0.0.66>\r\nContent-Length: 0\r\n\r\n"
    ).encode()
