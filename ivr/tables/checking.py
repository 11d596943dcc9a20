"""What stands against publishing a draft, and what an editor should look at."""

from __future__ import annotations

from attrs import frozen

from ivr.tables.ports import Workshop
from routing.check import check, doubts
from routing.errors import BadRow, BadRows
from routing.problem import Problem
from routing.sheet import Sheets
from routing.sheets import from_sheets


@frozen
class Checked:
    """`bad_rows` and `problems` prevent publishing; `doubts` are for the editor to weigh."""

    bad_rows: tuple[BadRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()

    @property
    def publishable(self) -> bool:
        return not self.bad_rows and not self.problems


@frozen
class Checking:
    """Judges sheets in a worker process."""

    workshop: Workshop

    async def check(self, sheets: Sheets) -> Checked:
        return await self.workshop.run(checked, sheets)


def checked(sheets: Sheets) -> Checked:
    """The whole judgement; computes for a second or so."""
    try:
        table = from_sheets(sheets)
    except BadRows as bad:
        return Checked(bad_rows=bad.rows)
    return Checked(problems=check(table), doubts=doubts(table))
