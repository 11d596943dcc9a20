"""What the pages work with, put together from the parts of a node."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable

from attrs import frozen

from ivr.app.node import Node
from ivr.app.preview import preview_of
from ivr.app.publishing import active_snapshot
from ivr.app.stores import open_stores
from ivr.desk.commands import OperatorCommands
from ivr.editing.correcting import Correcting
from ivr.editing.desk import TableDesk
from ivr.editing.draft_work import DraftWork
from ivr.kernel.clock import SystemClock
from ivr.kernel.errors import NotConfigured
from ivr.people.accounts import AccountKeeping, OwnAccount
from ivr.people.sign_in import SignIn
from ivr.people.throttle import Throttle
from ivr.settings import Settings
from ivr.telephony.manager import ManagerClient
from ivr.web.desk import DeskReading
from ivr.web.parts import WebParts
from ivr.web.seats import SeatKeeping
from ivr.web.shown import ShownCallers
from ivr.web.tickets import TicketReading
from routing.ids import UnitCode
from routing.table import Snapshot


@frozen
class UnitsInForce:
    """`ivr.people.accounts.Units`."""

    in_force: Callable[[], Snapshot]

    def has_unit(self, code: str) -> bool:
        return self.in_force().table.directory.has_unit(UnitCode(code))


@contextlib.asynccontextmanager
async def account_keeping(settings: Settings) -> AsyncIterator[AccountKeeping]:
    """For commands on the machine itself. Raises `NotConfigured` before `hotline init`."""
    clock = SystemClock()
    async with open_stores(settings, clock) as stores:
        snapshot = await active_snapshot(stores)
        if snapshot is None:
            raise NotConfigured("还没有建立站点，请先运行 hotline init")
        units = UnitsInForce(lambda: snapshot)
        yield AccountKeeping(stores.accounts, stores.sessions, units, clock)


def web_parts(node: Node, manager: ManagerClient) -> WebParts:
    stores, clock = node.stores, node.clock
    units, desk = UnitsInForce(node.book.snapshot), TableDesk(node.office)
    throttle = Throttle(node.present.tally)
    return WebParts(
        sign_in=SignIn(stores.accounts, stores.sessions, throttle, stores.audit, clock),
        keeping=AccountKeeping(stores.accounts, stores.sessions, units, clock),
        own=OwnAccount(stores.accounts, stores.sessions, throttle, clock),
        tables=desk,
        tickets=TicketReading(
            stores.tickets, stores.dictations, node.book.snapshot, node.settings.recordings
        ),
        desk=DeskReading(
            node.present.live,
            SeatKeeping(
                presence=node.present.presence,
                switch=OperatorCommands(manager, node.settings.calls.queue),
                audit=stores.audit,
            ),
            lambda: manager.up,
            ShownCallers(clock),
        ),
        correcting=Correcting(stores.corrections, desk, node.book.snapshot),
        rehearsals=DraftWork(
            lambda draft: desk.rehearse(draft, node.settings.table.rehearse), clock
        ),
        checks=DraftWork(lambda draft: desk.check(draft.sheets), clock),
        in_force=node.book.snapshot,
        router=node.book.router,
        sounds=preview_of(node.settings, node.office.checking.workshop),
        clock=clock,
        secure=node.settings.web.secure,
    )
