"""Beats: a datagram on a socket in the site's home, several a second, from each node's loop.

A loop that is blocked, stopped or dead does not beat. Nobody waits for anybody: a beat that
can not be sent is lost.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ivr.kernel.clock import Clock
from ivr.kernel.units import Seconds, seconds

EVERY: Final = seconds(0.3)
STALL: Final = seconds(1)  # a pause between beats after which others may have our calls
REMEMBERED: Final = seconds(30)  # after a stall, until all that it left behind has been closed
LONGEST: Final = 300  # bytes: a host name and a port
AT_ONCE: Final = 1000  # beats of a minute; somebody who floods the socket stops nothing


class Pulse:
    """One node's heart. It also knows when it has itself stood still."""

    def __init__(self, path: Path, node: str, clock: Clock) -> None:
        self._path = path
        self._node = node.encode("ascii")
        self._clock = clock
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._beaten = clock.monotonic()
        self._stalled: float | None = None

    async def beat(self) -> None:
        """Say that this loop turns. Without a guardian nobody hears it, which is no error."""
        if self._pause() > STALL:
            self._stalled = self._clock.monotonic()
        self._beaten = self._clock.monotonic()
        with contextlib.suppress(OSError), _reachable(self._path) as address:
            self._socket.sendto(self._node, address)

    def stalled_within(self, limit: Seconds = REMEMBERED) -> bool:
        """Whether this loop stood still lately, the beat that would tell being late or not."""
        if self._pause() > STALL:
            return True
        return self._stalled is not None and self._clock.monotonic() - self._stalled < limit

    def close(self) -> None:
        self._socket.close()

    def _pause(self) -> float:
        return self._clock.monotonic() - self._beaten


class Ear:
    """Where beats arrive. A socket that an earlier guardian left is replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        path.unlink(missing_ok=True)
        with _reachable(path) as address:
            self._socket.bind(address)

    def heard(self) -> Iterator[str]:
        """The nodes that have beaten since it was asked last."""
        for _ in range(AT_ONCE):
            try:
                beat = self._socket.recv(LONGEST)
            except OSError:  # nothing more
                return
            yield beat.decode("ascii", "replace")

    def close(self) -> None:
        self._socket.close()


@contextlib.contextmanager
def _reachable(path: Path) -> Iterator[str]:
    """The address of a socket in a folder however deep: a socket's own path has 107 bytes."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
