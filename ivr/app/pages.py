"""What the pages work with, put together from the parts of a node."""

from __future__ import annotations

from attrs import frozen

from ivr.app.node import Node
from ivr.app.publishing import sound_folders
from ivr.app.stores import Stores
from ivr.app.tables import TableBook
from ivr.editing.desk import TableDesk
from ivr.editing.rehearsals import Rehearsals
from ivr.kernel.clock import Clock
from ivr.kernel.tally import Tally
from ivr.people.accounts import AccountKeeping, OwnAccount
from ivr.people.sign_in import SignIn
from ivr.people.throttle import Throttle
from ivr.web.parts import WebParts
from prompts.sound_library import Library
from routing.ids import UnitCode


@frozen
class UnitsInForce:
    """`ivr.people.accounts.Units`."""

    book: TableBook

    def has_unit(self, code: str) -> bool:
        return self.book.snapshot().table.directory.has_unit(UnitCode(code))


def sign_in_of(stores: Stores, tally: Tally, clock: Clock) -> SignIn:
    return SignIn(stores.accounts, stores.sessions, Throttle(tally), stores.audit, clock)


def web_parts(node: Node) -> WebParts:
    stores, clock = node.stores, node.clock
    units, desk = UnitsInForce(node.book), TableDesk(node.office)
    return WebParts(
        sign_in=sign_in_of(stores, node.present.tally, clock),
        keeping=AccountKeeping(stores.accounts, stores.sessions, units, clock),
        own=OwnAccount(stores.accounts, stores.sessions, clock),
        tables=desk,
        rehearsals=Rehearsals(desk, clock, node.settings.table.rehearse),
        in_force=node.book.snapshot,
        router=node.book.router,
        sounds=Library(sound_folders(node.settings)),
        clock=clock,
        secure=node.settings.web.secure,
    )
