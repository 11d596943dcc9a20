"""Log lines leave by a thread of their own: a full or stuck log never holds up a call."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from typing import Final

BACKLOG: Final = 10_000  # lines, some 5 MB: a minute of the busiest hour; then the oldest go
GATHER: Final = 0.02  # seconds in which lines gather: one write for many costs a call a tenth
MAX_WRITE: Final = 500  # lines in one write, so that what the log refuses is not lost in heaps
LAST_WORDS: Final = 1.0  # seconds that an ending process gives a log that does not take its lines


class LogWriter:
    """A text file to write to that never waits and never raises.

    Lines go to `descriptor` in order. What the other side refuses (a full disk, a closed pipe)
    or what is too old when it does not read at all is dropped and counted in `lost`.
    """

    def __init__(self, descriptor: int, backlog: int = BACKLOG) -> None:
        self._descriptor = descriptor
        self._lines: deque[bytes] = deque(maxlen=backlog)
        self._work = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self.lost = 0
        threading.Thread(target=self._write_on, name="log", daemon=True).start()

    def write(self, text: str) -> int:
        self.put(text.encode("utf-8", "replace"))
        return len(text)

    def put(self, line: bytes) -> None:
        """A line, with its line feed."""
        lines = self._lines
        if len(lines) == lines.maxlen:
            self.lost += 1
        lines.append(line)
        if not self._work.is_set():
            self._idle.clear()
            self._work.set()

    def flush(self) -> None:
        """Lines are on their way; nobody waits for them."""

    def drain(self, within: float = LAST_WORDS) -> bool:
        """Whether everything has been written, or given up, after at most so many seconds."""
        return self._idle.wait(within)

    def _write_on(self) -> None:
        while True:
            self._work.wait()
            time.sleep(GATHER)
            self._work.clear()
            while self._lines:
                self._write(self._gathered())
            self._idle.set()
            if self._lines:  # one came between the two lines above
                self._idle.clear()
                self._work.set()

    def _gathered(self) -> list[bytes]:
        return [self._lines.popleft() for _ in range(min(len(self._lines), MAX_WRITE))]

    def _write(self, lines: list[bytes]) -> None:
        rest = b"".join(lines)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:  # somebody made the pipe non-blocking
                time.sleep(0.05)
            except OSError:
                self.lost += rest.count(b"\n")
                return
