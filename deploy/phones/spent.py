"""Players that are not needed any more, kept until pjsua2 has forgotten them.

When a file has been played to its end, a thread of pjsua2's calls its player back a moment later,
also one that is gone by then: a use after free in `AudioMediaPlayer::eof_cb` (2.15) that ended a
telephone once in some thousand calls.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

RESTS: Final = 1.0  # seconds; the call back comes within milliseconds, and 32 players are a build's


class Spent:
    """Holds what is given to it for RESTS seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: deque[tuple[float, Any]] = deque()

    def keep(self, player: Any) -> None:
        self._held.append((self._clock() + RESTS, player))

    def let_go(self) -> None:
        """Of those that have rested. Called every few milliseconds."""
        while self._held and self._held[0][0] <= self._clock():
            self._held.popleft()
