"""A hotline whose call nodes are in our hands: killed, stopped and started again as we say.

`deploy.run` starts everything; its nodes are then held and ours take their place, with the same
environment. Its own supervisor waits longer after each death, as it should; a fault runner has no
such patience.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import psutil
from attrs import define, field, frozen

from deploy.children import dying_with_parent
from tests.alive import alive
from tests.e2e.hotline import Hotline, start

PORTS: Final = {
    "HOTLINE_SWITCH__SIP_PORT": "24260",
    "HOTLINE_SWITCH__EXCHANGE_PORT": "24765",
    "HOTLINE_SWITCH__RTP_FIRST": "33000",
    "HOTLINE_SWITCH__RTP_LAST": "34999",
    "HOTLINE_AGI__PORT": "24773",
    "HOTLINE_AMI__PORT": "24138",
    "HOTLINE_WEB__PORT": "24314",
}
TALKATIVE: Final = "ring = 0.3\ntalk = 8.0\nbusy = []\nnever = []\n"
READY: Final = 60.0
TWO_NODES: Final = {
    "HOTLINE_SWITCH__NODES": "2",
    "HOTLINE_CALLS__QUEUE_WAIT": "15",
    "HOTLINE_CALLS__UNCLAIMED": "5",
    "HOTLINE_CALLS__MESSAGE": "30",
}
GREEN: Final = 90.0  # seconds in which a mended site has to be well again


class NotGreen(AssertionError):
    """The site did not recover; the message says what is still wrong."""


@define
class Node:
    """One process of ours in place of one that `deploy.run` had started."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    @property
    def address(self) -> tuple[str, int]:
        known = self.environment
        return "127.0.0.1", int(known["HOTLINE_AGI__PORT"])

    def start(self, **more: str) -> None:
        self.start_with_log(self.log, **more)

    def start_with_log(self, path: Path, **more: str) -> None:
        """As `start`, with what it says going elsewhere."""
        with path.open("ab", buffering=0) as log:
            self.process = subprocess.Popen(  # noqa: S603 - what deploy.run ran
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**self.environment, **more},
                preexec_fn=dying_with_parent(),  # noqa: PLW1509 - the kernel is told, nothing else
            )

    def signal(self, sent: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, sent)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def stop(self) -> None:
        """As a supervisor does it."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        if self.process is not None:
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def answers(self) -> bool:
        try:
            socket.create_connection(self.address, timeout=0.5).close()
        except OSError:
            return False
        return True

    async def says(self, event: str, since: float, within: float = 90.0) -> float:
        """Seconds from `since`, of `time.time`, until its log has this event.

        By its own clock: how busy whoever asks is does not count. Raises `NotGreen`.
        """
        until = time.monotonic() + within
        while not (moments := await asyncio.to_thread(_moments, self.log, event, since)):
            if time.monotonic() > until:
                raise NotGreen(f"{self.name} did not say {event!r} in {within:g} s; see {self.log}")
            await asyncio.sleep(0.1)
        return moments[0] - since

    async def ready(self) -> None:
        until = time.monotonic() + READY
        while not await asyncio.to_thread(self.answers):
            died = self.process is None or self.process.poll() is not None
            if died or time.monotonic() > until:
                raise NotGreen(f"{self.name} does not take calls; see {self.log}")
            await asyncio.sleep(0.05)


@frozen
class Site:
    """A running hotline with nodes and guardian of ours."""

    hotline: Hotline
    nodes: tuple[Node, ...]
    guardian: Node
    known: dict[str, object] = field(factory=dict)

    @property
    def home(self) -> Path:
        return self.hotline.home

    @property
    def recordings(self) -> Path:
        return self.home / "recordings"

    @property
    def first(self) -> Node:
        return self.nodes[0]

    def waiting(self) -> dict[str, int]:
        """What is not yet where it belongs; empty when all is well."""
        known = {
            "spool": len(list((self.home / "spool").glob("*.json"))),
            "bad spool": len(list((self.home / "spool" / "bad").glob("*.json"))),
            "wills": len(list((self.home / "wills").glob("*.will"))),
            "dead nodes": sum(not node.answers() for node in self.nodes),
            "calls": self.channels(),
        }
        return {name: count for name, count in known.items() if count}

    def channels(self) -> int:
        """Channels the switch still has."""
        said = self.hotline.asterisk("core show channels count")
        first = said.split()
        return int(first[0]) if first and first[0].isdigit() else 0

    async def green(self, within: float = GREEN) -> float:
        """Seconds until nothing waits any more. Raises `NotGreen`."""
        began = time.monotonic()
        while waiting := await asyncio.to_thread(self.waiting):
            if time.monotonic() - began > within:
                raise NotGreen(f"after {within:.0f} s: {waiting}")
            await asyncio.sleep(0.5)
        return time.monotonic() - began


@contextlib.asynccontextmanager
async def running(
    home: Path,
    *,
    nodes: Mapping[str, str] | None = None,
    before: Callable[[Hotline], Awaitable[None]] | None = None,
    **more: str,
) -> AsyncIterator[Site]:
    """A site of two nodes, by default; nothing of it is left at the end.

    `nodes` is added to the environment of our nodes alone, which start after `before`.
    """
    surroundings = {**PORTS, **TWO_NODES, **_exchange_rules(home), **more}
    hotline = await asyncio.to_thread(start, home, **surroundings)
    site: Site | None = None
    try:
        if before is not None:
            await before(hotline)
        # In a thread: proxies on this loop must go on while nodes say goodbye through them.
        site = await asyncio.to_thread(_take_over, hotline, nodes or {})
        for node in site.nodes:
            await node.ready()
        yield site
    finally:
        stopped = (*site.nodes, site.guardian) if site else ()
        await asyncio.gather(*(asyncio.to_thread(each.stop) for each in stopped))
        await asyncio.to_thread(hotline.stop)


def _exchange_rules(home: Path) -> dict[str, str]:
    home.mkdir(parents=True, exist_ok=True)
    rules = home / "talkative.toml"
    rules.write_text(TALKATIVE, "utf-8")
    return {"HOTLINE_EXCHANGE_RULES": str(rules)}


def _take_over(hotline: Hotline, more: Mapping[str, str]) -> Site:
    logs = hotline.home / "log"
    taken: list[Node] = []
    ending: list[int] = []
    for process in psutil.Process(hotline.process.pid).children():
        try:
            words, known = process.cmdline(), process.environ()
        except psutil.NoSuchProcess:  # something short, not a node
            continue
        name = _part(words)
        if not name:
            continue
        own = name if name == "guardian" else f"{name}-{known['HOTLINE_NODE']}"
        taken.append(Node(own, tuple(words), _with(known, more), logs / f"{own}-ours.log"))
        hold = "guardian" if name == "guardian" else _hold_of(known["HOTLINE_NODE"])
        (hotline.home / f"hold-{hold}").touch()
        process.terminate()
        ending.append(process.pid)
    for pid in ending:
        _await_end(pid)
    for node in taken:
        node.start()
    nodes = sorted((n for n in taken if n.name != "guardian"), key=lambda node: node.name)
    return Site(hotline, tuple(nodes), next(n for n in taken if n.name == "guardian"))


def _with(known: dict[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """A path is searched before the one that was there."""
    before = known.get("PYTHONPATH")
    path = more.get("PYTHONPATH", "") + (f":{before}" if before and "PYTHONPATH" in more else "")
    return {**known, **more, **({"PYTHONPATH": path} if path else {})}


def _moments(log: Path, event: str, since: float) -> list[float]:
    """When it was said since then, as `time.time`; a log has the time on the site's wall."""
    lines = log.read_text("utf-8", "replace").split("\n")[:-1]  # the last may be half written
    said = (json.loads(line) for line in lines if f'"event":"{event}"' in line)
    moments = (datetime.fromisoformat(each["timestamp"]).timestamp() for each in said)
    return [at for at in moments if at >= since]


def _hold_of(node: str) -> str:
    return "service" if node == "n1" else f"service-{node.removeprefix('n')}"


def _part(words: list[str]) -> str:
    """What of the product a command line is, as far as we take it over."""
    if "guardian" in words:
        return "guardian"
    return "service" if "serve" in words else ""


def _await_end(pid: int) -> None:
    until = time.monotonic() + READY
    while alive(pid):
        if time.monotonic() > until:
            raise NotGreen(f"process {pid} does not end")
        time.sleep(0.05)
