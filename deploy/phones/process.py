"""Starting an agent, giving it orders, hearing its reports."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from deploy.phones.journal import Event, Journal, PhoneFailed

ROOT: Final = Path(__file__).parents[2]
ORDER_LIMIT: Final = 10.0  # seconds for an agent to take an order; it looks every 10 ms
GOODBYE: Final = 5.0  # seconds for an agent to hang up and leave before it is killed
LINE_LIMIT: Final = 1 << 18  # an INVITE as JSON is at most some 20 KB


class AgentProcess:
    """One running agent. `journal` has all it said."""

    def __init__(self, journal: Journal, folder: Path) -> None:
        self.journal = journal
        self._folder = folder
        self._orders = itertools.count(1)
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    async def start(self, *, sip_port: int = 0, rtp_port: int = 0) -> str:
        """Start it and return its SIP address, ``127.0.0.1:port``."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "agent.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "deploy.phones.agent", "--folder", str(self._folder)),
                *("--sip-port", str(sip_port), "--rtp-port", str(rtp_port)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=LINE_LIMIT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
        self._reader = asyncio.create_task(self._read(self._process))
        ready = await self.journal.until(
            lambda: next((event for event in self.journal.events if event.name == "ready"), None),
            "the telephone to start",
            ORDER_LIMIT,
        )
        return str(ready.facts["address"])

    async def order(self, name: str, **details: object) -> None:
        """Give an order and wait until it is taken; raises `PhoneFailed` when it is refused."""
        if self._process is None or self._process.stdin is None:
            raise PhoneFailed("the telephone is not started")
        seq = next(self._orders)
        line = json.dumps({"do": name, "seq": seq, **details})
        with suppress(ConnectionError):  # an agent that is gone closes the journal, seen below
            self._process.stdin.write(line.encode() + b"\n")
            await self._process.stdin.drain()
        answer = await self.journal.until(lambda: self._answer(seq), f"order {name}", ORDER_LIMIT)
        if answer.name == "refused":
            raise PhoneFailed(f"{name}: {answer.facts['why']}")

    def _answer(self, seq: int) -> Event | None:
        for event in reversed(self.journal.events):
            if event.name in {"done", "refused"} and event.facts.get("seq") == seq:
                return event
        return None

    async def stop(self) -> None:
        """Let it hang up and leave; it completes its recordings. Kill it if it does not."""
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(GOODBYE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        if self._reader is not None:
            await self._reader

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        async for line in process.stdout:
            self.journal.add(Event.read(line))
        code = await process.wait()
        self.journal.close(f"the telephone ended with {code}, see {self._folder}/agent.log")
