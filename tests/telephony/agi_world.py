"""Asterisk as a socket plays it, and the FastAGI server that it rings."""

import asyncio

from ivr.kernel.sound import Sound
from ivr.kernel.units import seconds
from ivr.telephony.fastagi import FastAgiServer

ENVIRONMENT = (
    b"agi_network: yes\nagi_network_script: incoming\nagi_channel: PJSIP/trunk-1\n"
    b"agi_uniqueid: 1700000000.1\nagi_callerid: 13800001111\nagi_calleridname: unknown\n"
    b"agi_dnid: unknown\nagi_extension: 114\nagi_context: from-trunk\n\n"
)
SOON = 60.0  # seconds for what takes none on an idle machine
HELLO = Sound("hello", "")


class Watcher:
    """Remembers what it was told."""

    def __init__(self):
        self.told = []

    def opened(self):
        self.told.append("opened")

    def turn(self, seconds):
        assert seconds >= 0

    def closed(self, reason):
        self.told.append(f"closed {reason}")

    def refused(self, reason):
        self.told.append(f"refused {reason}")

    def fault(self, fault):
        self.told.append(f"fault {type(fault).__name__}")

    def missing(self, sound):
        self.told.append(f"missing {sound}")

    def unrecorded(self, path):
        self.told.append(f"unrecorded {path}")


class Line:
    """Asterisk's end of a connection."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def hears(self):
        return (await asyncio.wait_for(self.reader.readline(), SOON)).decode().strip()

    def says(self, text):
        self.writer.write(text if isinstance(text, bytes) else f"{text}\n".encode())

    async def answers(self, *replies):
        """Reply to each command in turn; returns the commands."""
        heard = []
        for reply in replies:
            heard.append(await self.hears())
            self.says(reply)
        return heard

    async def closed(self):
        assert await asyncio.wait_for(self.reader.read(), SOON) == b""
        self.writer.close()

    def hang_up(self):
        self.writer.close()


class Server:
    """A server on a free port, with the callers that a test rings."""

    def __init__(self, flow, tmp_path, **options):
        self.watcher = Watcher()
        self.server = FastAgiServer(
            flow, sounds=lambda sound: f"/snd/{sound.id}", recordings=tmp_path,
            observer=self.watcher, **options,
        )  # fmt: skip
        self.lines = []

    async def __aenter__(self):
        await self.server.start("127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        for line in self.lines:
            line.hang_up()
        await self.server.stop(1)

    async def ring(self, environment=ENVIRONMENT):
        line = Line(*await asyncio.open_connection("127.0.0.1", self.server.port))
        self.lines.append(line)
        line.says(environment)
        return line

    async def told(self, what):
        async with asyncio.timeout(SOON):
            while what not in self.watcher.told:  # noqa: ASYNC110 - told by callbacks
                await asyncio.sleep(0.005)


async def silent(call):
    await call.wait_key(seconds(30))
