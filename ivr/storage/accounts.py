"""Accounts of people who sign in: a name, a role, and a password kept as an argon2 hash."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Final, NewType, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from attrs import frozen
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from ivr.kernel.clock import Clock
from ivr.kernel.errors import HotlineError
from ivr.storage import tables
from ivr.storage.database import Database
from ivr.storage.events import News, note

AccountName = NewType("AccountName", str)
"""What a person types to sign in."""

T = TypeVar("T")

HASHES_AT_ONCE: Final = 2  # argon2 takes 64 MB and a core's time each


class Role(Enum):
    """What an account may do."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    HANDLER = "handler"


class NameTaken(HotlineError):
    """An account has this name already."""

    id = "name-taken"

    def __init__(self, name: AccountName) -> None:
        super().__init__(f"an account {name!r} exists already")
        self.name = name


@frozen
class Account:
    """Who somebody is, once they have proved it."""

    name: AccountName
    role: Role
    created: datetime


class SqlAccounts:
    """Every method raises `StoreAway` when the database is out of reach."""

    def __init__(
        self, database: Database, clock: Clock, hasher: PasswordHasher | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)

    async def create(self, name: AccountName, *, password: str, role: Role) -> Account:
        """Raises `NameTaken`."""
        account = Account(name, role, self._clock.now())
        hashed = await self._in_thread(lambda: self._hash(password))
        row = {"name": name, "hash": hashed, "role": role.value, "created": account.created}
        try:
            async with self._database.writing() as connection:
                await connection.execute(tables.account.insert().values(row))
                body = {"role": role.value}
                await note(connection, News(account.created, "account.created", name, body))
        except IntegrityError as why:
            raise NameTaken(name) from why
        return account

    async def verify(self, name: AccountName, *, password: str) -> Account | None:
        """The account, or None for a wrong name or password, which take the same time."""
        query = select(tables.account).where(tables.account.c.name == name)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        hashed = (
            row["hash"] if row is not None else await self._in_thread(lambda: self._nobodys_hash)
        )
        if not await self._in_thread(lambda: self._matches(hashed, password)) or row is None:
            return None
        await self._refresh(name, hashed, password)
        return Account(name, Role(row["role"]), row["created"])

    async def create_first(self, name: AccountName, *, password: str) -> Account | None:
        """The first administrator; None, and no change, when there is one."""
        query = select(tables.account.c.name).where(
            tables.account.c.role == Role.ADMINISTRATOR.value
        )
        async with self._database.reading() as connection:
            if (await connection.execute(query.limit(1))).scalar_one_or_none() is not None:
                return None
        return await self.create(name, password=password, role=Role.ADMINISTRATOR)

    async def _refresh(self, name: AccountName, hashed: str, password: str) -> None:
        """Hash again when the cost has been raised since the password was set."""
        if not self._hasher.check_needs_rehash(hashed):
            return
        fresh = await self._in_thread(lambda: self._hash(password))
        change = update(tables.account).where(tables.account.c.name == name).values(hash=fresh)
        async with self._database.writing() as connection:
            await connection.execute(change)
            await note(connection, News(self._clock.now(), "account.rehashed", name))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        async with self._hashing:
            return await asyncio.to_thread(work)

    @cached_property
    def _nobodys_hash(self) -> str:
        return self._hash(secrets.token_hex())

    def _hash(self, password: str) -> str:
        return self._hasher.hash(_secret(password))

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, _secret(password))
        except (VerificationError, InvalidHashError):
            return False


def _secret(password: str) -> bytes:
    # A form may deliver half a character; it is wrong, not an error.
    return password.encode("utf-8", "surrogatepass")
