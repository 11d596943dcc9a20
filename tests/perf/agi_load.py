"""A load generator: plays Asterisk and its callers against a FastAGI server on loopback.

One process, one epoll loop, the standard library only. A *turn* is the time from our reply to
the server's next complete command: what a caller hears as dead air. *Set-up* runs from the moment
a call was due, not from when we came to dial it, so that a stalled server can not hide its queue.
Every run is bounded by its number of calls and by `longest`.
"""

from __future__ import annotations

import errno
import heapq
import random
import select
import socket
import time
from array import array
from collections.abc import Callable, Mapping
from typing import Final

from attrs import define, field, frozen

from .switch_script import Answer, environment, moments, twelve_commands

SOURCES: Final = 24  # loopback addresses to call from: one runs out of ports
PATIENCE: Final = 0.2  # seconds an idle loop sleeps before it looks at its bounds
CHUNK: Final = 8192
LEAVE_BEFORE: Final = 10  # a caller who leaves does so after one to this many commands
GONE: Final = b"200 result=-1\nHANGUP\n"  # from a switch without AGIEXITONHANGUP
DEAD: Final = b"511 Command Not Permitted on a dead channel or intercept routine\n"
DEAD_SAFE: Final = (b"SET VARI", b"GET VARI", b"VERBOSE ", b"EXEC ", b"HANGUP")


class NotLoopback(ValueError):
    """This generator never leaves the machine."""


@frozen
class Plan:
    """One run. `at_once` bounds the calls open together, `rate` paces arrivals (0: no pace).

    `think` is what callers and switch take before the reply, in seconds by the first eight bytes
    of the command. Of the callers, `leaving` (0..1) hang up on the way: the connection is closed,
    or with `notice` they are announced by HANGUP and the rest is answered 511.
    """

    port: int
    calls: int
    at_once: int
    caller: Callable[[], Answer] = twelve_commands
    rate: float = 0.0
    think: Mapping[bytes, float] = {}
    leaving: float = 0.0
    notice: bool = False
    longest: float = 60.0
    first: int = 1  # number of the first call: ids are told apart between runs
    host: str = "127.0.0.1"
    seed: int = 1


@define
class Tally:
    """What was seen; times in nanoseconds."""

    setups: array[int] = field(factory=lambda: array("q"))
    turns: array[int] = field(factory=lambda: array("q"))
    commands: int = 0
    ended: int = 0
    left: int = 0
    refused: int = 0
    broken: int = 0
    unfinished: int = 0
    peak: int = 0
    seconds: float = 0.0
    own_cpu: float = 0.0

    @property
    def failed(self) -> int:
        return self.refused + self.broken + self.unfinished


@define(eq=False)
class Line:
    """One call in progress."""

    number: int
    sock: socket.socket
    answer: Answer
    spoke: int
    leaves_after: int
    rung: bool = False
    commands: int = 0
    gone: bool = False
    rest: bytes = b""


class Switch:
    """The open calls of one run, and the one epoll set they share."""

    def __init__(self, plan: Plan) -> None:
        if not plan.host.startswith("127."):
            raise NotLoopback(plan.host)
        self._plan = plan
        self._epoll = select.epoll()
        self._lines: dict[int, Line] = {}
        self._later: list[tuple[int, int, Line, bytes]] = []
        self._chance = random.Random(plan.seed)
        self._dialled = 0
        self.tally = Tally()

    def run(self) -> Tally:
        """Make the planned calls and see each to its end, as far as the bounds allow."""
        began, cpu = time.perf_counter_ns(), time.process_time()
        due = [began + int(moment * 1e9) for moment in moments(self._plan.rate, self._plan.calls)]
        stop = began + int(self._plan.longest * 1e9)
        now = began
        while (self._dialled < len(due) or self._lines) and now < stop:
            self._dial_due(due, now)
            self._reply_due(now)
            for handle, _ in self._epoll.poll(self._sleep(due, now), 256):
                line = self._lines[handle]
                (self._hear if line.rung else self._ring)(handle, line)
            now = time.perf_counter_ns()
        self.tally.seconds = (now - began) / 1e9
        self.tally.own_cpu = time.process_time() - cpu
        self._abandon()
        return self.tally

    def _dial_due(self, due: list[int], now: int) -> None:
        while (
            self._dialled < len(due)
            and due[self._dialled] <= now
            and len(self._lines) < self._plan.at_once
        ):
            paced = self._plan.rate > 0
            self._dial(due[self._dialled] if paced else time.perf_counter_ns())
            self._dialled += 1

    def _dial(self, due: int) -> None:
        number = self._plan.first + self._dialled
        sock = socket.socket()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        sock.bind((f"127.0.0.{2 + number % SOURCES}", 0))
        if sock.connect_ex((self._plan.host, self._plan.port)) not in (0, errno.EINPROGRESS):
            self.tally.refused += 1
            sock.close()
            return
        leaves = self._plan.leaving and self._chance.random() < self._plan.leaving
        after = self._chance.randint(1, LEAVE_BEFORE) if leaves else 0
        self._lines[sock.fileno()] = Line(number, sock, self._plan.caller(), due, after)
        self._epoll.register(sock.fileno(), select.EPOLLOUT)
        self.tally.peak = max(self.tally.peak, len(self._lines))

    def _ring(self, handle: int, line: Line) -> None:
        """The connection stands: introduce the call, then only answer."""
        if line.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self.tally.refused += 1
            self._end(handle, line)
            return
        line.rung = True
        self._epoll.modify(handle, select.EPOLLIN)
        line.sock.send(environment(line.number, self._plan.host, self._plan.port))

    def _hear(self, handle: int, line: Line) -> None:
        try:
            data = line.sock.recv(CHUNK)
        except OSError:
            self._break(handle, line)
            return
        if not data:
            self.tally.ended += 1
            self._end(handle, line)
            return
        heard = time.perf_counter_ns()
        *commands, line.rest = (line.rest + data).split(b"\n")
        for command in commands:
            (self.tally.turns if line.commands else self.tally.setups).append(heard - line.spoke)
            self.tally.commands += 1
            line.commands += 1
            if line.commands == line.leaves_after and not self._plan.notice:
                self.tally.left += 1
                self._end(handle, line)
                return
            self._answer(line, command, heard)
            if line.sock.fileno() < 0:
                return

    def _answer(self, line: Line, command: bytes, heard: int) -> None:
        pause = self._plan.think.get(command[:8]) if self._plan.think else None
        reply = self._reply(line, command)
        if pause is None:
            self._say(line, reply)
        else:
            moment = heard + int(pause * 1e9)
            heapq.heappush(self._later, (moment, line.number, line, reply))

    def _reply(self, line: Line, command: bytes) -> bytes:
        if line.commands == line.leaves_after:
            line.gone = True
            self.tally.left += 1
            return GONE
        if line.gone and not command.startswith(DEAD_SAFE):
            return DEAD
        return line.answer(command) + b"\n"

    def _reply_due(self, now: int) -> None:
        while self._later and self._later[0][0] <= now:
            _, _, line, reply = heapq.heappop(self._later)
            if line.sock.fileno() >= 0:
                self._say(line, reply)

    def _say(self, line: Line, reply: bytes) -> None:
        line.spoke = time.perf_counter_ns()
        try:
            line.sock.send(reply)
        except OSError:
            self._break(line.sock.fileno(), line)

    def _break(self, handle: int, line: Line) -> None:
        self.tally.broken += 1
        self._end(handle, line)

    def _end(self, handle: int, line: Line) -> None:
        if self._lines.pop(handle, None) is not None:
            self._epoll.unregister(handle)
            line.sock.close()

    def _sleep(self, due: list[int], now: int) -> float:
        wakes = [now + int(PATIENCE * 1e9)]
        if self._later:
            wakes.append(self._later[0][0])
        if self._dialled < len(due) and len(self._lines) < self._plan.at_once:
            wakes.append(due[self._dialled])
        return max(0.0, (min(wakes) - now) / 1e9)

    def _abandon(self) -> None:
        self.tally.unfinished = len(self._lines) + self._plan.calls - self._dialled
        for line in self._lines.values():
            line.sock.close()
        self._epoll.close()


def load(plan: Plan) -> Tally:
    """Run a plan in this process."""
    return Switch(plan).run()
