"""Our AudioSocket server as it runs in the product; whoever connects is played to and heard."""

from __future__ import annotations

import asyncio
import sys
from typing import Any
from uuid import UUID

import uvloop

from ivr.app.observe import AudioTells
from ivr.kernel.garbage import look_at_calls_only
from ivr.kernel.metrics import Meter
from ivr.kernel.units import seconds
from ivr.telephony.audio import AudioFactory, AudioLimits, AudioServer, Place
from ivr.telephony.audio_listening import Listening

HOUR = seconds(3600)
PROMPT = b"\x08\x00" * 8000 * 12


class Listener:
    """An ear that only looks at what it is given."""

    def __init__(self) -> None:
        self.frames = 0

    def feed(self, heard: bytes, played: bytes) -> None:  # noqa: ARG002 - only counts
        self.frames += 1

    def close(self) -> None:
        pass


class Anybody(dict[UUID, Place]):
    """Books a place for whoever comes."""

    def __init__(self, factory: AudioFactory) -> None:
        super().__init__()
        self._factory = factory

    def pop(self, uuid: UUID, default: Any = None) -> Place:  # noqa: ARG002
        clips = [PROMPT] * 60
        party = Listening(clips, first=HOUR, longest=HOUR, keyed=lambda _: None)
        party.ear = Listener()
        return Place(party, self._factory)


async def serve(port: int) -> None:
    server = AudioServer(limits=AudioLimits(streams=5000), observer=AudioTells(Meter()))
    server._factory._booked = Anybody(server._factory)
    await server.start("127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    look_at_calls_only()
    uvloop.run(serve(int(sys.argv[1])))
