"""Drafts of the routing table, one an editor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, delete, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.kernel.audit import Deed
from ivr.kernel.clock import Clock
from ivr.kernel.people import AccountName
from ivr.storage import tables
from ivr.storage.audit import write_deed
from ivr.storage.correction_store import reopen, settle
from ivr.storage.database import Database
from ivr.tables.corrections import Settling
from ivr.tables.errors import DraftMoved, NoDraft
from ivr.tables.values import Revision, Stamp, StoredDraft
from routing.ids import TableVersion

_DRAFT: Final = tables.table_draft
_EMPTY: Final = b"{}"


class SqlDrafts:
    """`ivr.tables.ports.Drafts`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, editor: AccountName) -> StoredDraft | None:
        async with self._database.reading() as connection:
            return await _find(connection, editor)

    async def all(self) -> tuple[StoredDraft, ...]:
        facts = [column for column in _DRAFT.columns if column.name != "body"]
        query = select(*facts, literal(_EMPTY).label("body")).order_by(_DRAFT.c.changed)
        async with self._database.reading() as connection:
            return tuple(_draft(row) for row in (await connection.execute(query)).mappings())

    async def open(self, editor: AccountName, base: TableVersion, deed: Deed) -> StoredDraft:
        now = self._clock.now()
        draft = StoredDraft(editor, base, Revision(1), opened=now, changed=now, body=_EMPTY)
        try:
            async with self._database.writing() as connection:
                known = await _find(connection, editor)
                if known is not None:
                    return known
                await connection.execute(_DRAFT.insert().values(_row(draft)))
                await write_deed(connection, now, deed)
        except IntegrityError:  # another window was faster
            return await self.of(editor) or draft
        return draft

    async def save(
        self,
        stamp: Stamp,
        base: TableVersion,
        body: bytes,
        deeds: Sequence[Deed],
        settling: Settling | None = None,
    ) -> StoredDraft:
        now = self._clock.now()
        change = (
            update(_DRAFT)
            .where(_DRAFT.c.editor == stamp.editor, _DRAFT.c.revision == stamp.revision)
            .values(base=base, body=body, changed=now, revision=stamp.revision + 1)
        )
        async with self._database.writing() as connection:
            if (await connection.execute(change)).rowcount == 0:
                raise DraftMoved(stamp.editor)
            for deed in deeds:
                await write_deed(connection, now, deed)
            if settling is not None:
                await settle(connection, now, settling)
            saved = await _find(connection, stamp.editor)
        if saved is None:
            raise DraftMoved(stamp.editor)
        return saved

    async def discard(self, editor: AccountName, deed: Deed) -> None:
        gone = delete(_DRAFT).where(_DRAFT.c.editor == editor).returning(_DRAFT.c.opened)
        async with self._database.writing() as connection:
            opened = (await connection.execute(gone)).scalar_one_or_none()
            if opened is None:
                raise NoDraft(editor)
            now = self._clock.now()
            await write_deed(connection, now, deed)
            await reopen(connection, now, deed, taken_by=editor, since=opened)


async def close_draft(connection: AsyncConnection, stamp: Stamp) -> None:
    """Take the draft away that was published; one that was changed since is left to its editor."""
    await connection.execute(
        delete(_DRAFT).where(_DRAFT.c.editor == stamp.editor, _DRAFT.c.revision == stamp.revision)
    )


async def _find(connection: AsyncConnection, editor: AccountName) -> StoredDraft | None:
    query = select(_DRAFT).where(_DRAFT.c.editor == editor)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _draft(row)


def _row(draft: StoredDraft) -> dict[str, Any]:
    return {
        "editor": draft.editor,
        "base": draft.base,
        "revision": draft.revision,
        "opened": draft.opened,
        "changed": draft.changed,
        "body": draft.body,
    }


def _draft(row: RowMapping) -> StoredDraft:
    return StoredDraft(**row)
