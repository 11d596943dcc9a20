"""What a draft changes for requests that were made before, worked out in a worker process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from attrs import frozen

from ivr.tables.compiling import Compiling
from ivr.tables.ports import History, Workshop
from routing.rehearse import Case, Judge, Rehearsal, example_cases, rehearse
from routing.sheet import Sheets
from routing.sheets import from_sheets
from routing.table import RoutingTable, read_table, table_json

LAST: Final = 500  # calls and tickets
MOST: Final = 5_000  # calls and tickets; the examples come on top

MakeJudge = Callable[[bytes, bytes], Judge]
"""A judge of a table's JSON and its compiled router: a function of a module."""


@frozen
class Side:
    """One of the two tables, as it travels to the worker."""

    table: bytes
    router: bytes


@frozen
class Rehearsing:
    """Raises `StoreAway`, and `BadRows` for sheets that are no table."""

    history: History
    compiling: Compiling
    workshop: Workshop
    judge: MakeJudge

    async def rehearse(
        self, before: Sheets, after: Sheets, *, last: int = LAST, examples: bool = True
    ) -> Rehearsal:
        """The last calls and tickets, and the example sentences, on both tables."""
        cases = await self.history.cases(min(last, MOST))
        sides = [await self._side(sheets) for sheets in (before, after)]
        return await self.workshop.run(compare, self.judge, sides[0], sides[1], cases, examples)

    async def _side(self, sheets: Sheets) -> Side:
        table = await asyncio.to_thread(from_sheets, sheets)
        router = await self.compiling.router(table)
        return Side(await asyncio.to_thread(table_json, table), router)


def compare(
    judge: MakeJudge, before: Side, after: Side, cases: tuple[Case, ...], examples: bool
) -> Rehearsal:
    """What the worker does; seconds for thousands of cases."""
    tables: tuple[RoutingTable, ...] = (read_table(before.table), read_table(after.table))
    every = (*cases, *example_cases(*tables)) if examples else cases
    judges = (judge(side.table, side.router) for side in (before, after))
    return rehearse(every, *judges)
