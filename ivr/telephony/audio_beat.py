"""One clock for the sound of all calls: every 20 ms, each stream gets its turn.

Asterisk plays what arrives as it arrives, so whoever writes keeps the time. Deadlines are
absolute, so lateness does not add up. A loop that was held up catches up by a few frames, which
a telephone's buffer takes; what is later than that is not made up for, and the sound goes on
where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

PERIOD: Final = 0.02
CATCH_UP: Final = 3  # beats at once besides the one that is due: 60 ms
PARTS: Final = 4  # 200 streams are four milliseconds of work; a call is to wait for one at most


class Member(Protocol):
    """Whoever keeps time with the beat."""

    def beat(self) -> None:
        """20 ms have passed."""


class Beat:
    """Members take turns in PARTS groups, evenly spread over the 20 ms, so that nobody waits long.

    `late` is told how many beats the members of one group will never get. A member that raises
    loses its place and is told to `failed`: one stream's fault stops no other.
    """

    def __init__(
        self, late: Callable[[int], None], failed: Callable[[Member, Exception], None]
    ) -> None:
        self._failed = failed
        self._parts = tuple(Part(n * PERIOD / PARTS, late, self._lost) for n in range(PARTS))
        self._part_of: dict[Member, Part] = {}

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def join(self, member: Member) -> None:
        part = min(self._parts, key=len)
        self._part_of[member] = part
        part.join(member)

    def leave(self, member: Member) -> None:
        """No turn more; safe for one that has left."""
        part = self._part_of.pop(member, None)
        if part is not None:
            part.leave(member)

    def _lost(self, member: Member, fault: Exception) -> None:
        self.leave(member)
        self._failed(member, fault)


class Part:
    """Those whose turn is `phase` seconds after each beat. Runs while it has members."""

    def __init__(
        self,
        phase: float,
        late: Callable[[int], None],
        failed: Callable[[Member, Exception], None],
    ) -> None:
        self._phase = phase
        self._late = late
        self._failed = failed
        self._members: dict[Member, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def __len__(self) -> int:
        return len(self._members)

    def join(self, member: Member) -> None:
        self._members[member] = None
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._due = self._next_beat(loop.time()) + self._phase
            self._timer = loop.call_at(self._due, self._tick, loop)

    def leave(self, member: Member) -> None:
        self._members.pop(member, None)

    @staticmethod
    def _next_beat(now: float) -> float:
        return (now // PERIOD + 1) * PERIOD

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        passed = 1 + max(0, int((loop.time() - self._due) / PERIOD))
        for _ in range(min(passed, 1 + CATCH_UP)):
            self._turn()
        if passed > 1 + CATCH_UP:
            self._late(passed - 1 - CATCH_UP)
        self._due += PERIOD * passed
        self._timer = loop.call_at(self._due, self._tick, loop) if self._members else None

    def _turn(self) -> None:
        for member in tuple(self._members):
            try:
                member.beat()
            except Exception as fault:  # noqa: BLE001 - the one place: a fault ends one stream
                self._failed(member, fault)
