"""Who is signed in, by the digest of the secret in their browser."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Executable, RowMapping, delete, false, select, update

from ivr.kernel.people import Account, AccountName
from ivr.people.sessions import Digest, Stage, StoredSession
from ivr.storage import tables
from ivr.storage.accounts import account_of
from ivr.storage.database import Database
from ivr.storage.rows import columns

_SIGN_IN: Final = tables.sign_in
_ACCOUNT: Final = tables.account


class SqlSessions:
    """`ivr.people.sessions.Sessions`. Being signed in is no event: nothing is noted of it here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, session: StoredSession) -> None:
        await self._write(_SIGN_IN.insert().values(columns(session)))

    async def find(self, digest: Digest) -> tuple[StoredSession, Account] | None:
        facts = [column.label(f"sign_in_{column.name}") for column in _SIGN_IN.columns]
        query = (
            select(_ACCOUNT, *facts)
            .join_from(_SIGN_IN, _ACCOUNT)
            .where(_SIGN_IN.c.digest == digest, _ACCOUNT.c.disabled == false())
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else (_session(row), account_of(row))

    async def touch(self, digest: Digest, at: datetime) -> None:
        await self._write(update(_SIGN_IN).where(_SIGN_IN.c.digest == digest).values(seen=at))

    async def close(self, digest: Digest) -> None:
        await self._write(delete(_SIGN_IN).where(_SIGN_IN.c.digest == digest))

    async def close_all(self, account: AccountName, but: Digest | None = None) -> None:
        gone = delete(_SIGN_IN).where(_SIGN_IN.c.account == account)
        await self._write(gone if but is None else gone.where(_SIGN_IN.c.digest != but))

    async def sweep(self, began_before: datetime) -> None:
        await self._write(delete(_SIGN_IN).where(_SIGN_IN.c.began < began_before))

    async def _write(self, statement: Executable) -> None:
        async with self._database.writing() as connection:
            await connection.execute(statement)


def _session(row: RowMapping) -> StoredSession:
    return StoredSession(
        digest=row["sign_in_digest"],
        account=row["sign_in_account"],
        stage=Stage(row["sign_in_stage"]),
        began=row["sign_in_began"],
        seen=row["sign_in_seen"],
        address=row["sign_in_address"],
    )
