"""Published routing tables: immutable, numbered, exactly one of them in force."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy import RowMapping, Select, func, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.kernel.clock import Clock
from ivr.kernel.errors import HotlineError
from ivr.storage import tables
from ivr.storage.database import Database
from ivr.storage.events import News, note
from routing.ids import TableVersion

_TABLE = tables.published_table
_FACTS = [column for column in _TABLE.columns if column.name != "body"]


class VersionTaken(HotlineError):
    """Another table was published under this number; publish again under the next."""

    id = "version-taken"

    def __init__(self, version: TableVersion) -> None:
        super().__init__(f"table {version} has been published with another content")
        self.version = version


class NoSuchTable(HotlineError):
    """No table was published under this number."""

    id = "no-such-table"

    def __init__(self, version: TableVersion) -> None:
        super().__init__(f"no table {version} has been published")
        self.version = version


@frozen
class Publication:
    """A published table without its body; `active` marks the one in force."""

    version: TableVersion
    sha256: str
    published_at: datetime
    active: bool


@frozen
class PublishedTable:
    """A published table; `body` is the snapshot, byte for byte as it was hashed."""

    publication: Publication
    body: bytes


class SqlTables:
    """Every method raises `StoreAway` when the database is out of reach."""

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
                    await self._insert(connection, version, body, sha256)
                elif known.sha256 != sha256:
                    raise VersionTaken(version)
                return await self._activate(connection, version)
        except IntegrityError as why:
            raise VersionTaken(version) from why

    async def activate(self, version: TableVersion) -> Publication:
        """Put a published table in force again: the way back. Raises `NoSuchTable`."""
        async with self._database.writing() as connection:
            return await self._activate(connection, version)

    async def active(self) -> PublishedTable | None:
        """The table in force; None before the first publication."""
        return await self._one(select(_TABLE).where(_TABLE.c.active))

    async def newest(self) -> PublishedTable | None:
        """The table with the highest number, in force or not."""
        return await self._one(select(_TABLE).order_by(_TABLE.c.version.desc()).limit(1))

    async def get(self, version: TableVersion) -> PublishedTable:
        """Raises `NoSuchTable`."""
        found = await self._one(select(_TABLE).where(_TABLE.c.version == version))
        if found is None:
            raise NoSuchTable(version)
        return found

    async def list(self) -> tuple[Publication, ...]:
        """All publications, newest first."""
        query = select(*_FACTS).order_by(_TABLE.c.version.desc())
        async with self._database.reading() as connection:
            return tuple(Publication(**row) for row in (await connection.execute(query)).mappings())

    async def next_version(self) -> TableVersion:
        """The number the next publication should have."""
        query = select(func.coalesce(func.max(_TABLE.c.version), 0) + 1)
        async with self._database.reading() as connection:
            return TableVersion((await connection.execute(query)).scalar_one())

    async def _insert(
        self, connection: AsyncConnection, version: TableVersion, body: bytes, sha256: str
    ) -> None:
        row = {
            "version": version,
            "sha256": sha256,
            "published_at": self._clock.now(),
            "body": body,
            "active": False,
        }
        await connection.execute(_TABLE.insert().values(row))

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


async def _publication(connection: AsyncConnection, version: TableVersion) -> Publication | None:
    query = select(*_FACTS).where(_TABLE.c.version == version)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else Publication(**row)


def _published(row: RowMapping) -> PublishedTable:
    facts = {name: value for name, value in row.items() if name != "body"}
    return PublishedTable(Publication(**facts), row["body"])
