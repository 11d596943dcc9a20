"""Passwords as argon2 hashes, made and compared away from the loop."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from functools import cached_property
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

T = TypeVar("T")

HASHES_AT_ONCE: Final = 2  # argon2 takes 64 MB and a core's time each


class Hashing:
    """Slow on purpose; two at once at most."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)

    async def hash(self, password: str) -> str:
        return await self._in_thread(lambda: self._hasher.hash(_secret(password)))

    async def matches(self, hashed: str | None, password: str) -> bool:
        """None, for an account that is not there, takes as long as any."""
        if hashed is None:
            hashed = await self._in_thread(lambda: self._nobodys_hash)
        known = hashed
        return await self._in_thread(lambda: self._verify(known, password))

    def is_outdated(self, hashed: str) -> bool:
        """Whether the cost has been raised since."""
        return self._hasher.check_needs_rehash(hashed)

    @cached_property
    def _nobodys_hash(self) -> str:
        return self._hasher.hash(secrets.token_bytes())

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, _secret(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        async with self._hashing:
            return await asyncio.to_thread(work)


def _secret(password: str) -> bytes:
    # A form may deliver half a character; it is wrong, not an error.
    return password.encode("utf-8", "surrogatepass")
