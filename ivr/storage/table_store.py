"""Published routing tables: immutable, numbered, exactly one of them in force."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, Select, func, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.kernel.audit import Deed
from ivr.kernel.clock import Clock
from ivr.storage import tables
from ivr.storage.audit import write_deed
from ivr.storage.database import Database
from ivr.storage.draft_store import close_draft
from ivr.storage.events import News, note
from ivr.storage.proposal_store import move_on
from ivr.tables.errors import BaseMoved, NoSuchTable, VersionTaken
from ivr.tables.values import (
    Proposal,
    ProposalState,
    Publication,
    PublishedTable,
    Release,
    Stamp,
)
from routing.ids import TableVersion

__all__ = ["NoSuchTable", "Publication", "PublishedTable", "SqlTables", "VersionTaken"]

_TABLE = tables.published_table
_FACTS = [column for column in _TABLE.columns if column.name != "body"]


class SqlTables:
    """`ivr.tables.ports.Tables`. Every method raises `StoreAway` when the database is away."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def save(self, version: TableVersion, body: bytes, *, sha256: str) -> Publication:
        """Publish and put in force. The same again changes nothing but puts it in force.

        Raises `VersionTaken` when the number belongs to another content.
        """
        try:
            async with self._database.writing() as connection:
                known = await _publication(connection, version)
                if known is None:
                    row = {"version": version, "sha256": sha256, "published_at": self._clock.now()}
                    await _insert(connection, {**row, "body": body})
                elif known.sha256 != sha256:
                    raise VersionTaken(version)
                return await self._activate(connection, version)
        except IntegrityError as why:
            raise VersionTaken(version) from why

    async def release(self, release: Release, deed: Deed) -> Publication:
        """One transaction: the number is taken, the table in force, proposal and draft closed."""
        made = release.publication
        try:
            async with self._database.writing() as connection:
                await _stands_on(connection, release)
                await _insert(connection, _release_row(release))
                if release.proposal is not None:
                    await _close(connection, release.proposal, made)
                await write_deed(connection, made.published_at, deed)
                return await self._activate(connection, made.version)
        except IntegrityError as why:
            raise VersionTaken(made.version) from why

    async def active(self) -> PublishedTable | None:
        return await self._one(select(_TABLE).where(_TABLE.c.active))

    async def in_force(self) -> Publication | None:
        async with self._database.reading() as connection:
            return await _in_force(connection)

    async def newest(self) -> PublishedTable | None:
        """The table with the highest number, in force or not."""
        return await self._one(select(_TABLE).order_by(_TABLE.c.version.desc()).limit(1))

    async def get(self, version: TableVersion) -> PublishedTable:
        found = await self._one(select(_TABLE).where(_TABLE.c.version == version))
        if found is None:
            raise NoSuchTable(version)
        return found

    async def list(self) -> tuple[Publication, ...]:
        query = select(*_FACTS).order_by(_TABLE.c.version.desc())
        async with self._database.reading() as connection:
            return tuple(Publication(**row) for row in (await connection.execute(query)).mappings())

    async def next_version(self) -> TableVersion:
        query = select(func.coalesce(func.max(_TABLE.c.version), 0) + 1)
        async with self._database.reading() as connection:
            return TableVersion((await connection.execute(query)).scalar_one())

    async def _activate(self, connection: AsyncConnection, version: TableVersion) -> Publication:
        await connection.execute(update(_TABLE).where(_TABLE.c.active).values(active=False))
        await connection.execute(
            update(_TABLE).where(_TABLE.c.version == version).values(active=true())
        )
        publication = await _publication(connection, version)
        if publication is None:
            raise NoSuchTable(version)
        body = {"sha256": publication.sha256}
        await note(connection, News(self._clock.now(), "table.published", str(version), body))
        return publication

    async def _one(self, query: Select[tuple[object, ...]]) -> PublishedTable | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else _published(row)


async def _insert(connection: AsyncConnection, row: dict[str, Any]) -> None:
    await connection.execute(_TABLE.insert().values({**row, "active": False}))


async def _stands_on(connection: AsyncConnection, release: Release) -> None:
    # Publishers queue at the row in force; who waited there then reads what the other has done.
    await connection.execute(select(_TABLE.c.version).where(_TABLE.c.active).with_for_update())
    active = await _in_force(connection)
    version = active.version if active else TableVersion(0)
    if version != release.over:
        raise BaseMoved(release.over, version)


async def _close(connection: AsyncConnection, proposal: Proposal, made: Publication) -> None:
    values = {"state": ProposalState.PUBLISHED.value, "version": made.version}
    await move_on(connection, proposal, values)
    await close_draft(connection, Stamp(proposal.editor, proposal.revision))


async def _in_force(connection: AsyncConnection) -> Publication | None:
    row = (await connection.execute(select(*_FACTS).where(_TABLE.c.active))).mappings().first()
    return None if row is None else Publication(**row)


async def _publication(connection: AsyncConnection, version: TableVersion) -> Publication | None:
    query = select(*_FACTS).where(_TABLE.c.version == version)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else Publication(**row)


def _release_row(release: Release) -> dict[str, Any]:
    made = release.publication
    return {
        "version": made.version,
        "sha256": made.sha256,
        "published_at": made.published_at,
        "published_by": made.published_by,
        "approved_by": made.approved_by,
        "why": made.why,
        "restores": made.restores,
        "body": release.body,
    }


def _published(row: RowMapping) -> PublishedTable:
    facts = {name: value for name, value in row.items() if name != "body"}
    return PublishedTable(Publication(**facts), row["body"])
