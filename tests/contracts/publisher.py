"""A process that publishes and is killed in the middle: run by test_publish_crash, not by people.

Reads "STEP URL" lines. For each it forks a process that does what the job does and kills itself,
with the signal that nobody can catch, before its STEPth statement or commit; answers with how that
process ended. Forking spares the seconds that imports take.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from sqlalchemy import event
from sqlalchemy.engine import Engine

from ivr.kernel.clock import SystemClock
from ivr.storage.database import Database
from ivr.storage.draft_store import SqlDrafts
from ivr.storage.proposal_store import SqlProposals
from ivr.storage.router_store import SqlRouters
from ivr.storage.table_store import SqlTables
from ivr.tables.archive import Archive
from ivr.tables.compiling import Compiler, Compiling
from ivr.tables.drafting import Drafting
from ivr.tables.publishing import Publishing


class HereWorkshop:
    async def run(self, work, *args, **kwargs):
        return work(*args, **kwargs)


async def nobody(_version):
    """Nobody listens: nodes look for themselves."""


def learn(_lesson):
    return b"router"


def never(_sha256):
    return None


def publishing_on(database, clock):
    tables = SqlTables(database, clock)
    archive = Archive(tables)
    return Publishing(
        tables=tables,
        proposals=SqlProposals(database, clock),
        drafting=Drafting(SqlDrafts(database, clock), archive),
        archive=archive,
        compiling=Compiling(
            SqlRouters(database, clock), HereWorkshop(), Compiler("1", learn, never)
        ),
        announce=nobody,
        clock=clock,
        needs_approval=False,
    )


async def publish(url):
    database = Database(url)
    await publishing_on(database, SystemClock()).publish_due()
    await database.close()


def die_before(step):
    passed = 0

    def count(*_args, **_kwargs):
        nonlocal passed
        passed += 1
        if passed == step:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)


def main():
    for line in sys.stdin:
        step, url = line.split()
        child = os.fork()
        if child == 0:
            die_before(int(step))
            asyncio.run(publish(url))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("ended", os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
