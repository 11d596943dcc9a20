"""The audit log in the database; triggers keep it append only."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.kernel.audit import AuditEntry, AuditQuery, Deed
from ivr.kernel.clock import Clock
from ivr.storage import tables
from ivr.storage.database import Database

_AUDIT: Final = tables.audit


async def write_deed(connection: AsyncConnection, at: datetime, deed: Deed) -> AuditEntry:
    """Write the deed in the transaction of `connection`."""
    row = {
        "at": at,
        "who": deed.who,
        "what": deed.what,
        "subject": deed.subject,
        "why": deed.why,
        "before": _packed(deed.before),
        "after": _packed(deed.after),
    }
    result = await connection.execute(_AUDIT.insert().values(row).returning(_AUDIT.c.seq))
    return AuditEntry(result.scalar_one(), at, deed)


class SqlAudit:
    """`ivr.kernel.audit.AuditLog`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, deed: Deed) -> AuditEntry:
        async with self._database.writing() as connection:
            return await write_deed(connection, self._clock.now(), deed)

    async def find(self, query: AuditQuery = AuditQuery()) -> tuple[AuditEntry, ...]:  # noqa: B008 - frozen
        """Newest first."""
        wanted = (
            select(_AUDIT)
            .where(*_conditions(query))
            .order_by(_AUDIT.c.seq.desc())
            .limit(query.limit)
        )
        async with self._database.reading() as connection:
            return tuple(_entry(row) for row in (await connection.execute(wanted)).mappings())


def _conditions(query: AuditQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.who is not None:
        found.append(_AUDIT.c.who == query.who)
    if query.what:
        found.append(_AUDIT.c.what.startswith(query.what, autoescape=True))
    if query.subject:
        found.append(_AUDIT.c.subject.startswith(query.subject, autoescape=True))
    if query.before_seq is not None:
        found.append(_AUDIT.c.seq < query.before_seq)
    return found


def _packed(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _unpacked(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def _entry(row: RowMapping) -> AuditEntry:
    deed = Deed(
        who=row["who"],
        what=row["what"],
        subject=row["subject"],
        why=row["why"],
        before=_unpacked(row["before"]),
        after=_unpacked(row["after"]),
    )
    return AuditEntry(row["seq"], row["at"], deed)
