"""A site on whose chat page citizens write: real flow, records and tickets; meanings are given."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from attrs import define, evolve, field, frozen

from ivr.app.chat import ChatFlow, card, no_fence
from ivr.app.desk import ticket_desk
from ivr.calls.chat_rooms import ChatLimits, ChatRooms
from ivr.calls.record import Callback, CallRecord
from ivr.calls.run import CallRunner
from ivr.calls.witness import Witness
from ivr.kernel.background import Background
from ivr.kernel.heard import OPEN
from ivr.kernel.metrics import Meter
from ivr.speech.scripted import heard_as
from ivr.storage.memory import MemoryLiveCalls, MemoryTally
from ivr.storage.spool import SpoolFolder
from ivr.storage.spooling import ServiceSpool
from ivr.web.app import web_app
from routing.calendar import Calendar, seed
from tests.flows.conftest import TIMES
from tests.flows.understood import MEANINGS, Understood
from tests.web.site import Browser, Site

CALENDAR = Calendar(seed((2026, 2027)))


BREAKS = "让程序出错的话"


class Meanings(Understood):
    """Those of the golden calls; what is not among them is not clear, and one breaks the flow."""

    def decide(self, heard, area):
        known = heard.text in MEANINGS or heard.text == BREAKS
        return super().decide(heard if known else heard_as("那个那个", OPEN), area)

    def danger(self, heard):
        return super().danger(heard) if heard.text in MEANINGS else ""


@frozen
class Book:
    """The table and the calendar in force."""

    site: Site

    def snapshot(self):
        return self.site.in_force()

    def calendar(self):
        return CALENDAR


@define
class Ledger:
    """What was closed, in order, and kept in the database as well."""

    calls: object
    closed: list[tuple[CallRecord, Callback | None]] = field(factory=list)

    async def close(self, record: CallRecord, callback: Callback | None) -> None:
        self.closed.append((record, callback))
        await self.calls.close(record, callback)


@frozen
class ChatSite:
    site: Site
    app: object
    rooms: ChatRooms
    ledger: Ledger

    def browser(self, address: str = "10.0.0.9") -> Browser:
        return Browser(self.app, address)


@contextlib.asynccontextmanager
async def open_chat(site: Site, folder, limits=None) -> AsyncIterator[ChatSite]:
    book, meter, witness = Book(site), Meter(), Witness(site.clock)
    background, ledger = Background(), Ledger(site.stores.calls)
    await site.stores.numbers.prepare()
    desk = ticket_desk(site.stores, book, ServiceSpool(SpoolFolder(folder)), site.clock)
    flow = ChatFlow(desk, book.calendar, site.clock, TIMES, lambda _: Meanings())
    runner = CallRunner(
        flow,
        book.snapshot,
        ledger,
        MemoryLiveCalls(),
        witness,
        no_fence(witness),
        site.clock,
        meter,
        background,
        "n1",
    )
    rooms = ChatRooms(
        runner,
        lambda number: card(book.snapshot(), number),
        MemoryTally(site.clock),
        site.clock,
        limits or ChatLimits(),
    )

    async def health():
        return {"database": True}

    try:
        app = web_app(meter, health, evolve(site.parts, chat=rooms))
        yield ChatSite(site, app, rooms, ledger)
    finally:
        await rooms.stop()
        await background.stop()
