"""What learns routers, and what decides again in a rehearsal: both run in a worker process."""

from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from attrs import frozen

from ivr.kernel.clock import CHINA
from ivr.tables.compiling import Compiler
from routing.compiled import FORMAT
from routing.decide import Router
from routing.decision import Decision
from routing.ids import TableVersion
from routing.outcomes import ROUTE
from routing.recipe import recipe
from routing.rehearse import Case, Judge, Verdict, walk
from routing.table import RoutingTable, Snapshot, read_table

RECIPE: Final = f"router-{FORMAT}-{recipe()[:16]}"
KEPT: Final = 8  # routers that this machine remembers, some megabytes each
AT_HAND: Final = 3  # opened routers of a worker: before, after, and the one in force

_NEVER: Final = datetime(2000, 1, 1, tzinfo=CHINA)  # a table that was not published
_UNNUMBERED: Final = TableVersion(1)


@frozen
class RouterJudge:
    """Decides keys by the menu, words by the router."""

    table: RoutingTable
    router: Router

    def verdict(self, case: Case) -> Verdict:
        if case.keys:
            return walk(self.table, case.keys)
        return _verdict(self.router.decide(case.text, case.area or None))


def judge(table: bytes, router: bytes) -> Judge:
    """A judge of a table's JSON and its compiled router."""
    return RouterJudge(read_table(table), opened(table, router))


@lru_cache(AT_HAND)
def opened(table: bytes, router: bytes) -> Router:
    """A router for a table that need not be published; takes a fifth of a second the first time."""
    digest = hashlib.sha256(table).hexdigest()
    return Router.open(Snapshot(_UNNUMBERED, digest, _NEVER, read_table(table)), router)


def decide(table: bytes, router: bytes, text: str, area: str) -> Decision:
    """What a table would decide."""
    return opened(table, router).decide(text, area or None)


def compile_table(lesson: bytes) -> bytes:
    """The router learned from a table's JSON, kept on this machine: a minute only once."""
    # What learns takes a second to load, and most that ask want what was learned before.
    from routing.learn import compile_router  # noqa: PLC0415

    made = compile_router(read_table(lesson))
    _keep(_place(hashlib.sha256(lesson).hexdigest()), made)
    return made


def recall(sha256: str) -> bytes | None:
    """What this machine has learned before from the JSON of this hash."""
    try:
        return _place(sha256).read_bytes()
    except OSError:
        return None


def _place(sha256: str) -> Path:
    return _cache() / f"{RECIPE}-{sha256}"


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "hotline114" / "routers"


def _keep(path: Path, made: bytes) -> None:
    """Whole or not at all; a machine without room for it learns again next time."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(made)
        Path(file.name).replace(path)
        known = sorted(path.parent.iterdir(), key=lambda each: each.stat().st_mtime)
        for old in known[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def _verdict(decision: Decision) -> Verdict:
    target = decision.line or "" if decision.intent == ROUTE else decision.label
    because = decision.because[0].rule if decision.because else ""
    return Verdict(target, decision.certainty, decision.confidence, because)


COMPILER: Final = Compiler(RECIPE, compile_table, recall)
