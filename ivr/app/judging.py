"""What makes routers, and what decides again in a rehearsal: both run in a worker process."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ivr.tables.compiling import Compiler
from routing.rehearse import Case, Certainty, Judge, Verdict, walk
from routing.table import RoutingTable, read_table

RECIPE: Final = "keys"


@frozen
class KeyJudge:
    """Decides by keys alone."""

    table: RoutingTable

    def verdict(self, case: Case) -> Verdict:
        return walk(self.table, case.keys) if case.keys else Verdict("", Certainty.UNSURE)


def judge(table: bytes, router: bytes) -> Judge:
    """A judge of a table's JSON and its compiled router."""
    del router
    return KeyJudge(read_table(table))


def compile_table(table: bytes) -> bytes:
    """The compiled router of a table's JSON; takes seconds."""
    del table
    return b""


COMPILER: Final = Compiler(RECIPE, compile_table)
