"""Published versions as sheets, a few of them kept at hand."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final

from ivr.tables.bodies import published_sheets
from ivr.tables.errors import NothingPublished
from ivr.tables.ports import Tables
from ivr.tables.values import Publication
from routing.ids import TableVersion
from routing.sheet import Sheets
from routing.table import Snapshot, from_json

AT_HAND: Final = 4  # versions; each takes a few megabytes


class Archive:
    """Every published version. All raise `StoreAway`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._sheets: OrderedDict[str, Sheets] = OrderedDict()  # by hash: numbers may repeat one

    async def history(self) -> tuple[Publication, ...]:
        """All versions, newest first; one is `active`."""
        return await self._tables.list()

    async def in_force(self) -> Publication:
        """The version calls are routed by. Raises `NothingPublished`."""
        publication = await self._tables.in_force()
        if publication is None:
            raise NothingPublished
        return publication

    async def sheets(self, version: TableVersion) -> Sheets:
        """A version's sheets. Raises `NoSuchTable`."""
        published = await self._tables.get(version)
        sha256 = published.publication.sha256
        if sha256 not in self._sheets:
            self._sheets[sha256] = await asyncio.to_thread(published_sheets, published)
        self._sheets.move_to_end(sha256)
        while len(self._sheets) > AT_HAND:
            self._sheets.popitem(last=False)
        return self._sheets[sha256]

    async def snapshot(self, version: TableVersion) -> Snapshot:
        """A version as calls read it. Raises `NoSuchTable`."""
        published = await self._tables.get(version)
        return await asyncio.to_thread(from_json, published.body)
