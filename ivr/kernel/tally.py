"""Counting what must not happen too often: tries to sign in, by whom and from where."""

from __future__ import annotations

from typing import Protocol

from ivr.kernel.units import Seconds


class Tally(Protocol):
    """Counts that forget.

    None of it raises: while the shared store is away each process counts for itself.
    """

    async def add(self, name: str, *, within: Seconds) -> int:
        """Count one more, and return how many there were since the first of this window.

        A window begins with the first count and ends `within` seconds later, all at once.
        """

    async def count(self, name: str) -> int:
        """How many there are in the window that runs; 0 when none does."""

    async def take_back(self, name: str) -> None:
        """Count one less in the window that runs; nothing when none does."""

    async def forget(self, name: str) -> None:
        """End the window."""
