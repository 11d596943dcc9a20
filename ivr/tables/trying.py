"""Trying a sentence on a table that is still being edited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from attrs import frozen

from ivr.tables.archive import Archive
from ivr.tables.compiling import Compiling
from ivr.tables.ports import Workshop
from routing.decision import Decision
from routing.errors import RoutingError
from routing.sheet import Sheets
from routing.sheets import from_sheets
from routing.table import RoutingTable, table_json

Decide = Callable[[bytes, bytes, str, str], Decision]
"""From a table's JSON, a router, a sentence and an area: a function of a module."""


@frozen
class Tried:
    """A decision, and whether it is what these very sheets would decide once published.

    `learned` False: it was made with what the table in force has learned, so that editors see the
    effect of a keyword at once. New examples count only after a rehearsal, which learns them.
    """

    decision: Decision
    learned: bool


class NotTried(RoutingError):
    """Lines or matters have come or gone: this table decides only once it is rehearsed."""

    id = "not-tried"


@frozen
class Trying:
    """Raises `StoreAway`, `BadRows` for sheets that are no table, and `NotTried`."""

    archive: Archive
    compiling: Compiling
    workshop: Workshop
    decide: Decide

    async def decide_on(self, sheets: Sheets, text: str, area: str = "") -> Tried:
        """What the table of these sheets makes of a sentence."""
        table = await asyncio.to_thread(from_sheets, sheets)
        own = await self.compiling.known(table)
        router = own or await self._in_force()
        return Tried(await self._decided(table, router, text, area), learned=own is not None)

    async def _in_force(self) -> bytes:
        active = await self.archive.in_force()
        snapshot = await self.archive.snapshot(active.version)
        known = await self.compiling.known(snapshot.table)
        if known is None:
            raise NotTried("在用的派单目录还在学习，请稍后再试")
        return known

    async def _decided(self, table: RoutingTable, router: bytes, text: str, area: str) -> Decision:
        body = await asyncio.to_thread(table_json, table)
        try:
            return await self.workshop.run(self.decide, body, router, text, area)
        except RoutingError as why:
            raise NotTried("改动了热线或事项，试演一次之后才能试说") from why
