"""A whole hotline on ports of its own in a folder of its own: what `make run` starts."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from deploy.asterisk_process import cli
from deploy.layout import Asterisk, Layout, find_asterisk
from deploy.phones.listen import Clip
from ivr.kernel.sound import Sound
from prompts.catalogue import PROMPTS
from prompts.sound_library import COMMITTED, Library

PORTS: Final = {  # where the search for free ones begins; not those of `make run`
    "HOTLINE_SWITCH__SIP_PORT": "27060",
    "HOTLINE_SWITCH__EXCHANGE_PORT": "27565",
    "HOTLINE_SWITCH__RTP_FIRST": "28000",
    "HOTLINE_SWITCH__RTP_LAST": "28399",
    "HOTLINE_AGI__PORT": "26573",
    "HOTLINE_AMI__PORT": "26038",
    "HOTLINE_WEB__PORT": "25114",
}
ROOT: Final = Path(__file__).resolve().parents[2]
START: Final = 180.0  # seconds; some eight on an idle machine
STOP: Final = 60.0
SOON: Final = 60.0
BRISK: Final = {  # people wait; tests do not
    "HOTLINE_CALLS__RING": "4",
    "HOTLINE_CALLS__MESSAGE": "12",
    "HOTLINE_CALLS__MESSAGE_SILENCE": "2",
    "HOTLINE_CALLS__QUEUE_WAIT": "6",
    "HOTLINE_SPEECH__ENGINE": "off",  # callers who speak have a hotline of their own
}
RULES: Final = """\
ring = 0.5
talk = 6.0
busy = ["H110", "H091", "H010"]  # 区噪声与油烟举报, 供热报修, the city's duty officer
never = ["H036"]  # 环保举报
"""

GONE: Final = "caller-gone"  # the step that says who hung up
TAKEN: Final = '"table in force"'

Row = Mapping[str, Any]


class NotRunning(Exception):
    """The hotline did not start; the message has the end of what it said."""


@frozen
class Hotline:
    """A running hotline. `facts` is what it wrote to run.json."""

    home: Path
    environment: Mapping[str, str]
    facts: Mapping[str, Any]
    process: subprocess.Popen[bytes]

    @property
    def sip(self) -> str:
        return f"{self.facts['sip']['host']}:{self.facts['sip']['port']}"

    @property
    def service(self) -> int:
        """The service's process now; another one after each restart."""
        facts = json.loads((self.home / "run.json").read_text("utf-8"))
        return int(facts["pids"]["service"])

    def answers(self) -> bool:
        """Whether the service takes calls."""
        where = self.facts["fastagi"]
        try:
            socket.create_connection((where["host"], where["port"]), timeout=10).close()
        except OSError:
            return False
        return True

    @property
    def sounds(self) -> Library:
        return Library((COMMITTED, self.home / "prompts"))

    def clips(self, *wanted: Sound | str) -> list[Clip]:
        """The audio of sentences of the catalogue, by name, or of other sounds."""
        library = self.sounds
        found: list[Clip] = []
        for each in wanted:
            sound = PROMPTS.sentences[each] if isinstance(each, str) else each
            clip = library.clip(sound)
            assert clip is not None, f"no audio was rendered for {sound.id}"
            found.append(Clip.read(clip.path, sound.id))
        return found

    def rows(self, query: str, *values: object) -> Sequence[Row]:
        """Rows of the hotline's database, read from outside."""
        path = str(self.facts["database"]).partition(":///")[2]
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query, values)]

    async def row(self, query: str, *values: object, within: float = SOON) -> Row:
        """The one row, waited for: records are written when the call has ended."""
        until = time.monotonic() + within
        while not (rows := self.rows(query, *values)):
            if time.monotonic() > until:
                raise AssertionError(f"no row in {within:g} s for {query} with {values}")
            await asyncio.sleep(0.1)
        assert len(rows) == 1, rows
        return rows[0]

    async def record(self, caller: str) -> Row:
        """The record of this caller's only call, as `told`."""
        return told(await self.row("select * from call_record where caller = ?", caller))

    async def ticket(self, caller: str, within: float = SOON) -> Row:
        return await self.row("select * from ticket where caller = ?", caller, within=within)

    async def callback(self, caller: str) -> Row:
        return await self.row("select * from callback where caller = ?", caller)

    def exchange_calls(self) -> list[Row]:
        """What the simulated exchange logged, oldest first."""
        logs = sorted(self.home.rglob("calls.jsonl"))
        whole = (line for log in logs for line in log.read_text("utf-8").split("\n")[:-1])
        return [json.loads(line) for line in whole]

    async def command(self, *words: str) -> str:
        """What `hotline ...` prints; an error when it fails."""
        process = await asyncio.create_subprocess_exec(
            *(str(Path(sys.executable).with_name("hotline")), *words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**self.environment, "HOTLINE_AMI__PORT": str(self.facts["ami"]["port"])},
            cwd=ROOT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 120)
        assert process.returncode == 0, said.decode()
        return said.decode()

    async def publish(self, *folder: str) -> None:
        """Publish a table (the product's own by default) and wait until it is in force."""
        await self.command("table", "publish", *folder)
        await self.in_force()

    async def in_force(self) -> None:
        """Calls from now on go by the newest table: the node's log says that it has taken it up."""
        [newest] = self.rows("select version from published_table where active")
        log = self.home / "log" / "service.log"
        async with asyncio.timeout(SOON):
            while True:
                lines = await asyncio.to_thread(log.read_text, "utf-8", "replace")
                whole = lines.split("\n")[:-1]
                taken = [json.loads(line) for line in whole if TAKEN in line]
                if taken and taken[-1]["table"] == newest["version"]:
                    return
                await asyncio.sleep(0.1)

    def asterisk(self, command: str) -> str:
        """What Asterisk's command line answers."""
        return cli(Layout(self.home / "asterisk", _asterisk()), command)

    def stop(self) -> None:
        """End it as ^C does."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def told(row: Row) -> Row:
    """A call record as a test reads it: the names of the places the caller came to."""
    steps = [step["name"] for step in json.loads(row["steps"])]
    places = [name for name in steps if name != GONE]
    return {**row, "steps": places, "came_to": places[-1], "gone": GONE in steps}


def _asterisk() -> Asterisk:
    found = find_asterisk()
    if found is None:
        raise NotRunning("there is no Asterisk to test with: run `make setup`, which fetches one")
    return found


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of an instance: its folder, ports, brisk times."""
    rules = home / "exchange.toml"
    rules.write_text(RULES, "utf-8")
    known = {"HOTLINE_HOME": str(home), "HOTLINE_EXCHANGE_RULES": str(rules)}
    return {**os.environ, **BRISK, **PORTS, **known, **more}


def start(home: Path, **more: str) -> Hotline:
    """Start one and wait until it says that it is ready."""
    home.mkdir(parents=True, exist_ok=True)
    surroundings = environment(home, **more)
    said = home / "run.log"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.run"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=surroundings,
            cwd=ROOT,
        )
    facts = home / "run.json"
    until = time.monotonic() + START
    while not facts.exists():
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            process.wait()
            raise NotRunning(said.read_text("utf-8", "replace")[-4000:])
        time.sleep(0.1)
    return Hotline(home, surroundings, json.loads(facts.read_text("utf-8")), process)
