"""The only door to time: injected, so that tests decide what day it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Protocol

CHINA = timezone(timedelta(hours=8), "CST")  # no daylight saving since 1991
NOTICEABLE: Final = 1.0  # seconds; less is how clocks are kept right


class Clock(Protocol):
    """Wall time for people, monotonic time for durations."""

    def now(self) -> datetime:
        """The present moment, aware, in China's time zone."""

    def monotonic(self) -> float:
        """Seconds that never step back; only differences mean something."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC).astimezone(CHINA)

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(CHINA)
        self._ticks = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._ticks

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._ticks += seconds

    def set_by(self, seconds: float) -> None:
        """Somebody sets the wall clock; no time passes."""
        self._now += timedelta(seconds=seconds)


class ClockWatch:
    """Notices that the wall clock was set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen = (clock.now(), clock.monotonic())

    def step(self) -> float:
        """Seconds by which it was set since the last look, back below zero; 0 for a drift."""
        wall, ticks = self._seen
        self._seen = (self._clock.now(), self._clock.monotonic())
        moved = (self._seen[0] - wall).total_seconds() - (self._seen[1] - ticks)
        return moved if abs(moved) >= NOTICEABLE else 0.0
