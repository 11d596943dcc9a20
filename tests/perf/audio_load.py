"""Plays Asterisk's side of many AudioSocket streams, and times what comes back.

One process, one epoll loop, the standard library only. Each stream sends a frame every 20 ms, in a
phase of its own, as callers do; each notes when the server's frames came in. Every run is bounded.
"""

from __future__ import annotations

import select
import socket
import time
from array import array
from typing import Final
from uuid import uuid4

from attrs import define, field, frozen

FRAME: Final = b"\x10\x01\x40" + b"\x08\x00" * 160
BEAT: Final = 20_000_000  # nanoseconds
CHUNK: Final = 65536
WARM: Final = 1.0  # seconds that are not counted: connecting, first frames


@frozen
class Crowd:
    """One run: so many streams for so many seconds."""

    port: int
    streams: int
    seconds: float


@define
class Caller:
    """One stream: when its next frame is due, and when the last one came from the server."""

    socket: socket.socket
    due: int
    last: int = 0
    part: int = 0  # bytes of a frame that is not complete


@define
class Heard:
    """What came back. `gaps` are the nanoseconds between frames of one stream."""

    gaps: array[int] = field(factory=lambda: array("q"))
    frames: int = 0
    broken: int = 0
    seconds: float = 0.0

    @property
    def jitter(self) -> list[int]:
        """How far each gap was from 20 ms."""
        return [abs(gap - BEAT) for gap in self.gaps]


def connect(crowd: Crowd) -> list[Caller]:
    """Every stream open and named, their phases spread over one beat."""
    callers = []
    for number in range(crowd.streams):
        line = socket.create_connection(("127.0.0.1", crowd.port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.sendall(b"\x01\x00\x10" + uuid4().bytes)
        line.setblocking(False)
        callers.append(Caller(line, number * BEAT // crowd.streams))
    return callers


def talk(callers: list[Caller], seconds: float) -> Heard:
    """All talk and hear for so long."""
    heard = Heard()
    begin = time.perf_counter_ns()
    end = begin + int(seconds * 1e9)
    poll = select.epoll()
    by_number = {caller.socket.fileno(): caller for caller in callers}
    for caller in callers:
        caller.due = begin + caller.due % BEAT
        caller.last = 0
        poll.register(caller.socket, select.EPOLLIN)
    turn = 0
    while (now := time.perf_counter_ns()) < end:
        while callers[turn].due <= now:
            _send(callers[turn], heard)
            turn = (turn + 1) % len(callers)
        for number, _ in poll.poll(max(0.0, (callers[turn].due - now) / 1e9)):
            _receive(by_number[number], heard, poll)
    heard.seconds = (time.perf_counter_ns() - begin) / 1e9
    poll.close()
    return heard


def _send(caller: Caller, heard: Heard) -> None:
    caller.due += BEAT
    try:
        caller.socket.send(FRAME)
    except OSError:
        heard.broken += 1


def _receive(caller: Caller, heard: Heard, poll: select.epoll) -> None:
    try:
        came = len(caller.socket.recv(CHUNK))
    except OSError:
        came = 0
    if not came:
        heard.broken += 1
        poll.unregister(caller.socket)
        return
    now = time.perf_counter_ns()
    whole, caller.part = divmod(caller.part + came, len(FRAME))
    for _ in range(whole):
        heard.frames += 1
        if caller.last:
            heard.gaps.append(now - caller.last)
        caller.last = now


def hang_up(callers: list[Caller]) -> None:
    for caller in callers:
        caller.socket.close()
