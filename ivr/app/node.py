"""The parts of a running node, made and closed in order."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from functools import partial
from typing import Final

from attrs import frozen

from ivr.app.desk import ticket_desk
from ivr.app.office import TABLES, compiling_of, table_office
from ivr.app.stores import Stores, open_stores
from ivr.app.tables import TableBook
from ivr.app.workshop import process_workshop
from ivr.calls.witness import Witness
from ivr.kernel.background import Background
from ivr.kernel.clock import Clock, SystemClock
from ivr.kernel.errors import StoreAway
from ivr.kernel.log import logger
from ivr.kernel.metrics import Meter
from ivr.kernel.units import seconds
from ivr.settings import Settings
from ivr.storage.delivery import Delivery
from ivr.storage.live_state import LiveState, open_live_state
from ivr.storage.spool import SpoolFolder
from ivr.storage.spooling import ServiceSpool
from ivr.storage.wills import WillFolder
from ivr.tables.office import TableOffice
from ivr.tickets.desk import TicketDesk

TABLE_EVERY: Final = seconds(0.5)  # a table is in force on every node within a second

LEARN_EVERY: Final = seconds(5)  # a router is missing only at the start of a new site or release


@frozen
class Node:
    """The parts of a running node that its services share."""

    settings: Settings
    stores: Stores
    book: TableBook
    office: TableOffice
    desk: TicketDesk
    spool: ServiceSpool
    wills: WillFolder
    delivery: Delivery
    witness: Witness
    present: LiveState
    clock: Clock
    meter: Meter
    background: Background


@contextlib.asynccontextmanager
async def running_node(settings: Settings) -> AsyncIterator[Node]:
    clock, meter = SystemClock(), Meter()
    spool = ServiceSpool(SpoolFolder(settings.spool), lambda: meter.fault("spool"))
    async with (
        open_stores(settings, clock, partial(_tell_away, meter, spool)) as stores,
        open_live_state(settings.redis, clock) as present,
        process_workshop() as workshop,
        process_workshop() as files,
    ):
        book = TableBook(settings, stores, compiling_of(stores, workshop))
        await book.open()
        office = table_office(settings, stores, present.fanout, workshop, clock, files)
        node = _assemble(settings, stores, book, office, present, spool, clock, meter)
        with contextlib.suppress(StoreAway):
            await stores.numbers.prepare()
        node.background.start(stores.watch.keep())
        node.background.repeat(book.refresh, TABLE_EVERY)
        node.background.repeat(book.learn, LEARN_EVERY)
        node.background.start(_take_up_tables(node))
        try:
            yield node
        finally:
            await node.background.stop()


async def _take_up_tables(node: Node) -> None:
    """At once when somebody says so; who missed it looks every second anyhow."""
    async with node.present.fanout.subscribe(TABLES) as notices:
        async for _ in notices:
            with contextlib.suppress(StoreAway):
                await node.book.refresh()


def _tell_away(meter: Meter, spool: ServiceSpool, away: bool) -> None:
    """The database went away, or is there again."""
    meter.store_away.set(away)
    if away:
        meter.fault("database")
        logger().error("alarm", part="database", why="it does not answer; the spool is used")
    else:
        logger().warning("database answers again")
        spool.wake()


def _assemble(  # noqa: PLR0913, PLR0917 - the parts, not a container
    settings: Settings,
    stores: Stores,
    book: TableBook,
    office: TableOffice,
    present: LiveState,
    spool: ServiceSpool,
    clock: Clock,
    meter: Meter,
) -> Node:
    desk = ticket_desk(stores, book, spool, clock)
    return Node(
        settings=settings,
        stores=stores,
        book=book,
        office=office,
        desk=desk,
        spool=spool,
        wills=WillFolder(settings.wills),
        delivery=Delivery(spool.folder, stores.tickets, desk, stores.calls, settings.recordings),
        witness=Witness(clock),
        present=present,
        clock=clock,
        meter=meter,
        background=Background(lambda _: meter.fault("background")),
    )
