"""A rendered site with a real Asterisk on ports of its own, and a service that tests script."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from attrs import define, field

from deploy.asterisk_process import AsteriskProcess
from deploy.layout import Layout, find_asterisk
from deploy.phones.phone import Phone, Subscriber
from deploy.ports import is_free
from deploy.render import Variant, render
from ivr.settings import Settings


def _free_block() -> int:
    """The first hundred ports of which none that we use is taken; the same for every import."""
    taken = os.environ.get("HOTLINE_TEST_PORTS")
    if taken is None:
        blocks = range(7400, 12000, 100)
        taken = str(next(block for block in blocks if all(map(_is_free, _used(block)))))
        os.environ["HOTLINE_TEST_PORTS"] = taken
    return int(taken)


def _used(block: int) -> list[int]:
    return [block + port + offset for port in (0, 14, 38, 73, 90) for offset in range(5)]


def _is_free(port: int) -> bool:
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
    return all(is_free("127.0.0.1", port, kind) for kind in kinds)


SIP = _free_block()
AMI, AGI, WEB, EXCHANGE, RTP = SIP + 38, SIP + 73, SIP + 14, SIP + 90, 29000
HERE = f"127.0.0.1:{SIP}"
STRANGER = Subscriber("13900139000", exchange=HERE)


def settings_at(home: Path, offset: int = 0) -> Settings:
    return Settings(
        home=home,
        switch={
            "sip_port": SIP + offset,
            "exchange_port": EXCHANGE + offset,
            "rtp_first": RTP + 200 * offset,
            "rtp_last": RTP + 200 * offset + 199,
        },
        ami={"port": AMI + offset},
        agi={"port": AGI + offset},
        web={"port": WEB + offset},
        calls={"queue_wait": 2},
    )


def layout_at(home: Path) -> Layout:
    found = find_asterisk()
    assert found is not None, "no Asterisk here: run `make setup`"
    return Layout(home / "asterisk", found)


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskProcess]:
    """Asterisk on the loopback variant, booted."""
    home = tmp_path_factory.mktemp("site")
    layout = layout_at(home)
    render(settings_at(home), layout, Variant.LOOPBACK)
    process = AsteriskProcess(layout)
    process.start()
    try:
        process.wait_booted()
        yield process
    finally:
        process.stop()


class Session:
    """One call at the scripted service."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.environment: dict[str, str] = {}

    async def read_environment(self) -> None:
        while line := (await self._reader.readline()).decode("utf-8", "replace").rstrip("\n"):
            name, _, value = line.partition(": ")
            self.environment[name] = value

    async def do(self, command: str) -> str:
        self._writer.write(command.encode() + b"\n")
        reply = ""
        while not reply.startswith(("200", "5")):
            line = await self._reader.readline()
            if not line:
                raise ConnectionError(f"gone during {command}")
            reply = line.decode("utf-8", "replace").rstrip("\n")
        return reply

    async def variable(self, name: str) -> str:
        reply = await self.do(f"GET VARIABLE {name}")
        return reply.partition("(")[2].removesuffix(")")

    async def finish(self) -> None:
        await self.do("SET VARIABLE HOTLINE_DONE 1")


Script = Callable[[Session], Awaitable[None]]


@define
class Service:
    """What answers FastAGI in a test: each call runs `script` and is then kept in `sessions`."""

    script: Script
    sessions: asyncio.Queue[Session] = field(factory=asyncio.Queue)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(reader, writer)
        await session.read_environment()
        try:
            await self.script(session)
        finally:
            writer.close()
            await self.sessions.put(session)

    async def next(self) -> Session:
        return await asyncio.wait_for(self.sessions.get(), 20)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """A service that answers and hangs up, until the test gives it another script."""

    async def answer(session: Session) -> None:
        await session.do("ANSWER")
        await session.finish()

    known = Service(answer)
    server = await asyncio.start_server(known.serve, "127.0.0.1", AGI)
    try:
        yield known
    finally:
        server.close()


@pytest.fixture
async def stranger(switch: AsteriskProcess, tmp_path: Path) -> AsyncIterator[Phone]:
    """A telephone that nobody knows."""
    async with Phone(STRANGER, folder=tmp_path) as phone:
        yield phone


def switch_home(switch: AsteriskProcess) -> Path:
    return switch.log.parent.parent.parent
