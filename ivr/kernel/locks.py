"""Locks with an end: for what only one process may do at a time."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from attrs import frozen

from ivr.kernel.errors import HotlineError
from ivr.kernel.units import Seconds, seconds

AT_ONCE: Final = seconds(0)


class LockBusy(HotlineError):
    """Somebody else holds the lock and did not let go in time."""

    id = "lock-busy"

    def __init__(self, name: str) -> None:
        super().__init__(f"somebody else holds the lock {name!r}")
        self.name = name


@frozen
class Lease:
    """A lock that is held.

    `token` grows with every lease of that name. What the lock protects refuses a token
    smaller than one it has seen: so one who slept past the end of the lease does no harm.
    """

    name: str
    token: int


class Locks(Protocol):
    """Locks by name."""

    def hold(
        self, name: str, *, ttl: Seconds, wait: Seconds = AT_ONCE
    ) -> AbstractAsyncContextManager[Lease]:
        """Hold the lock inside the block, for at most `ttl`; then another may take it.

        Raises `LockBusy` after `wait`, also when it can not be known who holds it. Leaving the
        block after the lease has ended leaves the next holder's lease alone.
        """
