"""The stores of one process, on one database."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable

from attrs import frozen

from ivr.app.secrets import ticket_secret
from ivr.kernel.clock import Clock
from ivr.settings import Settings
from ivr.storage.accounts import SqlAccounts
from ivr.storage.audit import SqlAudit
from ivr.storage.calendar import SqlCalendar
from ivr.storage.call_path import WatchedBlocks
from ivr.storage.calls import SqlCalls
from ivr.storage.correction_store import SqlCorrections
from ivr.storage.database import Database
from ivr.storage.dictation import SqlDictations
from ivr.storage.draft_store import SqlDrafts
from ivr.storage.numbers import SqlNumberBlocks
from ivr.storage.proposal_store import SqlProposals
from ivr.storage.router_store import SqlRouters
from ivr.storage.sign_ins import SqlSessions
from ivr.storage.store_watch import StoreWatch
from ivr.storage.table_store import SqlTables
from ivr.storage.tickets import SqlTickets
from ivr.tickets.number import Numbering, NumberSource


@frozen
class Stores:
    """Everything that is kept in the database."""

    database: Database
    accounts: SqlAccounts
    audit: SqlAudit
    calendar: SqlCalendar
    calls: SqlCalls
    corrections: SqlCorrections
    dictations: SqlDictations
    drafts: SqlDrafts
    proposals: SqlProposals
    routers: SqlRouters
    sessions: SqlSessions
    tables: SqlTables
    tickets: SqlTickets
    numbers: NumberSource
    watch: StoreWatch


@contextlib.asynccontextmanager
async def open_stores(
    settings: Settings, clock: Clock, told: Callable[[bool], None] = lambda _: None
) -> AsyncIterator[Stores]:
    """The stores of `settings`, closed at the end of the block. Nothing is connected yet.

    `told` is what `watch` tells, once somebody keeps it.
    """
    database = Database(settings.database_url)
    watch = StoreWatch(database.probe, told)
    numbers = NumberSource(
        WatchedBlocks(SqlNumberBlocks(database, clock), watch),
        Numbering(ticket_secret(settings)),
        node=settings.node,
    )
    try:
        yield Stores(
            database=database,
            accounts=SqlAccounts(database, clock),
            audit=SqlAudit(database, clock),
            calendar=SqlCalendar(database, clock),
            calls=SqlCalls(database, clock),
            corrections=SqlCorrections(database, clock),
            dictations=SqlDictations(database, clock),
            drafts=SqlDrafts(database, clock),
            proposals=SqlProposals(database, clock),
            routers=SqlRouters(database, clock),
            sessions=SqlSessions(database),
            tables=SqlTables(database, clock),
            tickets=SqlTickets(database, clock),
            numbers=numbers,
            watch=watch,
        )
    finally:
        await numbers.close()
        await database.close()
