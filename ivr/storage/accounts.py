"""Accounts of people who sign in: a name, a role, and a password kept as an argon2 hash."""

from __future__ import annotations

from typing import Any, Final

from argon2 import PasswordHasher
from sqlalchemy import RowMapping, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.kernel.audit import Deed
from ivr.kernel.clock import Clock
from ivr.kernel.errors import HotlineError
from ivr.kernel.people import Account, AccountName, Level, Role
from ivr.people.errors import LastAdministrator, NoSuchAccount
from ivr.storage import tables
from ivr.storage.audit import write_deed
from ivr.storage.database import Database
from ivr.storage.events import News, note
from ivr.storage.hashing import Hashing

__all__ = ["Account", "AccountName", "NameTaken", "Role", "SqlAccounts"]

_ACCOUNT: Final = tables.account
INSTALLER: Final = AccountName("hotline init")


class NameTaken(HotlineError):
    """An account has this name already."""

    id = "name-taken"

    def __init__(self, name: AccountName) -> None:
        super().__init__(f"已经有“{name}”这个账号")
        self.name = name


class SqlAccounts:
    """`ivr.people.accounts.AccountBook` and `ivr.people.sign_in.Proofs`.

    Every method raises `StoreAway` when the database is out of reach.
    """

    def __init__(
        self, database: Database, clock: Clock, hasher: PasswordHasher | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._hashing = Hashing(hasher)

    async def create(self, name: AccountName, *, password: str, role: Role) -> Account:
        """An account that the installation makes. Raises `NameTaken`."""
        deed = Deed(INSTALLER, "account.created", f"account/{name}", after={"role": role.value})
        return await self.add(Account(name, role, self._clock.now()), deed, password=password)

    async def add(self, account: Account, deed: Deed, *, password: str) -> Account:
        row = _row(account) | {"name": account.name, "created": account.created}
        row["hash"] = await self._hashing.hash(password)
        try:
            async with self._database.writing() as connection:
                await connection.execute(_ACCOUNT.insert().values(row))
                await write_deed(connection, self._clock.now(), deed)
                body = {"role": account.role.value}
                await note(connection, News(account.created, "account.created", account.name, body))
        except IntegrityError as why:
            raise NameTaken(account.name) from why
        return account

    async def of(self, name: AccountName) -> Account:
        row = await self._find(name)
        if row is None:
            raise NoSuchAccount(name)
        return account_of(row)

    async def all(self) -> tuple[Account, ...]:
        query = select(_ACCOUNT).order_by(_ACCOUNT.c.name)
        async with self._database.reading() as connection:
            return tuple(account_of(row) for row in (await connection.execute(query)).mappings())

    async def change(self, account: Account, deed: Deed) -> Account:
        change = update(_ACCOUNT).where(_ACCOUNT.c.name == account.name).values(_row(account))
        async with self._database.writing() as connection:
            before = await _row_of(connection, account.name)
            if before is None:
                raise NoSuchAccount(account.name)
            await connection.execute(change)
            await write_deed(connection, self._clock.now(), deed)
            await note(connection, News(self._clock.now(), deed.what, account.name))
            # Every other change waits for that, so of two that demote one another one is seen.
            if account_of(before).in_charge and not account.in_charge:
                await _require_one_in_charge(connection)
        return account

    async def set_password(
        self, name: AccountName, deed: Deed, *, password: str, must_change: bool
    ) -> None:
        hashed = await self._hashing.hash(password)
        await self._update(name, {"hash": hashed, "must_change": must_change}, deed)

    async def set_code_secret(self, name: AccountName, secret: str | None, deed: Deed) -> None:
        await self._update(name, {"totp": secret}, deed)

    async def code_secret(self, name: AccountName) -> str | None:
        row = await self._find(name)
        return None if row is None else row["totp"]

    async def verify(self, name: AccountName, *, password: str) -> Account | None:
        """The account, or None for a wrong name or password, which take the same time."""
        row = await self._find(name)
        hashed = None if row is None else row["hash"]
        if not await self._hashing.matches(hashed, password) or row is None:
            return None
        if self._hashing.is_outdated(row["hash"]):
            await self._rehash(name, password)
        return account_of(row)

    async def create_first(self, name: AccountName, *, password: str) -> Account | None:
        """The first administrator; None, and no change, when there is one."""
        query = select(_ACCOUNT.c.name).where(_ACCOUNT.c.role == Role.ADMINISTRATOR.value)
        async with self._database.reading() as connection:
            if (await connection.execute(query.limit(1))).scalar_one_or_none() is not None:
                return None
        return await self.create(name, password=password, role=Role.ADMINISTRATOR)

    async def _find(self, name: AccountName) -> RowMapping | None:
        async with self._database.reading() as connection:
            return await _row_of(connection, name)

    async def _update(self, name: AccountName, values: dict[str, Any], deed: Deed) -> None:
        change = update(_ACCOUNT).where(_ACCOUNT.c.name == name).values(values)
        async with self._database.writing() as connection:
            if (await connection.execute(change)).rowcount == 0:
                raise NoSuchAccount(name)
            await write_deed(connection, self._clock.now(), deed)
            await note(connection, News(self._clock.now(), deed.what, name))

    async def _rehash(self, name: AccountName, password: str) -> None:
        fresh = await self._hashing.hash(password)
        change = update(_ACCOUNT).where(_ACCOUNT.c.name == name).values(hash=fresh)
        async with self._database.writing() as connection:
            await connection.execute(change)
            await note(connection, News(self._clock.now(), "account.rehashed", name))


async def _row_of(connection: AsyncConnection, name: AccountName) -> RowMapping | None:
    query = select(_ACCOUNT).where(_ACCOUNT.c.name == name)
    return (await connection.execute(query)).mappings().one_or_none()


async def _require_one_in_charge(connection: AsyncConnection) -> None:
    in_charge = (_ACCOUNT.c.role == Role.ADMINISTRATOR.value) & ~_ACCOUNT.c.disabled
    left = await connection.execute(select(_ACCOUNT.c.name).where(in_charge).limit(1))
    if left.first() is None:
        raise LastAdministrator


def account_of(row: RowMapping) -> Account:
    return Account(
        name=AccountName(row["name"]),
        role=Role(row["role"]),
        created=row["created"],
        unit=row["unit"],
        level=Level(row["level"]) if row["level"] else None,
        two_factor=row["totp"] is not None,
        person=row["person"],
        must_change=row["must_change"],
        disabled=row["disabled"],
    )


def _row(account: Account) -> dict[str, Any]:
    """What an account's keeper may change."""
    return {
        "role": account.role.value,
        "unit": account.unit,
        "level": account.level.value if account.level else None,
        "person": account.person,
        "must_change": account.must_change,
        "disabled": account.disabled,
    }
