"""The switch's own list of what happened in its queues, which it keeps whether we look or not.

A line is ``seconds|call|queue|agent|event|more``; the queue's events are in Asterisk's `queue_log`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from attrs import frozen

from ivr.kernel.ids import CallId

TAIL: Final = 4_000_000  # bytes, some 10,000 calls: whoever asks does so minutes after the call
CALL, EVENT = 1, 4
ANSWERED: Final = b"CONNECT"


@frozen
class QueueLog:
    """The file may be rotated, or not be there: then it tells of nobody."""

    path: Path

    def answered(self, call: CallId) -> bool:
        """Whether an operator answered this caller. Reads the end of the file."""
        wanted = call.encode()
        try:
            with self.path.open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - TAIL))
                return any(_is_answer(line.split(b"|"), wanted) for line in log)
        except OSError:
            return False


def _is_answer(words: list[bytes], wanted: bytes) -> bool:
    return len(words) > EVENT and words[CALL] == wanted and words[EVENT] == ANSWERED
