"""What waited in the spool reaches the stores: everything, once, with the time it happened."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

import attrs
import pytest

from ivr.calls.record import Callback, CallbackReason, CallRecord, Outcome, Step
from ivr.kernel.clock import CHINA
from ivr.kernel.errors import StoreAway
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.storage.calls import SqlCalls
from ivr.storage.database import Database
from ivr.storage.delivery import Delivered, Delivery
from ivr.storage.events import SqlEvents
from ivr.storage.numbers import SqlNumberBlocks
from ivr.storage.packing import NotReadable, pack, unpack
from ivr.storage.spool import SpoolFolder
from ivr.storage.spooling import RECORD, REQUEST, TICKET, ClosedCall, ServiceSpool, SpoolingLedger
from ivr.storage.tickets import SqlTickets
from ivr.tickets.deadline import Deadlines
from ivr.tickets.desk import TicketDesk
from ivr.tickets.model import Channel, MessageKept, NewTicket, Ticket
from ivr.tickets.number import Numbering, NumberSource
from routing.ids import LineCode, TableVersion, UnitCode

LAST_NIGHT = datetime(2026, 11, 22, 22, 15, tzinfo=CHINA)


class Weekdays:
    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5


class Outage:
    """Stands before a store and refuses when there is no power."""

    def __init__(self, store, power):
        self._store = store
        self._power = power

    def __getattr__(self, name):
        method = getattr(self._store, name)

        async def through(*args, **kwargs):
            self._power.check()
            return await method(*args, **kwargs)

        return through


class PowerCut(BaseException):
    """Nobody catches it on the way."""


class Power:
    """`calls_left`, when set, is how many calls it lasts for."""

    def __init__(self):
        self.on = True
        self.calls_left = None

    def check(self):
        if self.calls_left is not None:
            self.calls_left -= 1
            self.on = self.calls_left >= 0
        if not self.on:
            raise StoreAway("no power")


class Site:
    """A whole node's storage around one database and one spool folder."""

    def __init__(self, database, clock, home):
        self.power = Power()
        self.events = SqlEvents(database)
        self.tickets = SqlTickets(database, clock)
        self.calls = SqlCalls(database, clock)
        self.home = home
        self.folder = SpoolFolder(home / "spool")
        self.spool = ServiceSpool(self.folder)
        blocks = Outage(SqlNumberBlocks(database, clock), self.power)
        self.numbers = NumberSource(blocks, Numbering(b"sixteen bytes at least"), node="n1")
        self.ledger = SpoolingLedger(Outage(self.calls, self.power), self.spool)
        self.desk = self.new_desk(clock)
        self.delivery = Delivery(
            self.folder,
            Outage(self.tickets, self.power),
            self.desk,
            Outage(self.calls, self.power),
            home / "recordings",
        )

    def new_desk(self, clock):
        store = Outage(self.tickets, self.power)
        return TicketDesk(store, self.numbers, Deadlines(Weekdays()), self.spool, clock)

    async def kinds(self):
        return [event.kind for event in await self.events.after(0)]


@pytest.fixture
async def site(url, clock, tmp_path):
    database = Database(url)
    site = Site(database, clock, tmp_path)
    await site.numbers.prepare()
    yield site
    await site.numbers.close()
    await asyncio.wait_for(database.close(), 30)


@pytest.fixture
def recording(tmp_path):
    file = tmp_path / "switch" / "c1-1.wav"
    file.parent.mkdir()
    file.write_bytes(b"RIFF" + bytes(100))
    return file


def request(key="c1/1", recording="", channel=Channel.CALL):
    return NewTicket(
        key=key,
        call=CallId("c1"),
        caller=PhoneNumber("13812345678"),
        line=LineCode("H090"),
        unit=UnitCode("C090"),
        recording=str(recording),
        duration=12.5,
        happened=LAST_NIGHT,
        table=TableVersion(3),
        channel=channel,
    )


def record(call="c1"):
    return CallRecord(
        call=CallId(call),
        caller=PhoneNumber("13812345678"),
        dialled="114",
        began=LAST_NIGHT,
        ended=LAST_NIGHT + timedelta(minutes=2),
        outcome=Outcome.TICKET,
        steps=(Step("menu", LAST_NIGHT),),
        table=TableVersion(3),
        node="n1",
        waited=1.0,
    )


def owed(call="c1", recording=""):
    reason = CallbackReason.LOST_IN_MESSAGE
    due = LAST_NIGHT + timedelta(hours=2)
    return Callback(CallId(call), PhoneNumber("13812345678"), reason, due, recording=str(recording))


async def test_a_ticket_told_in_an_outage_is_found_under_its_number_afterwards(site, recording):
    site.power.on = False
    told = await site.desk.open(request(recording=recording))
    recording.unlink()
    site.power.on = True
    assert await site.delivery.deliver() == Delivered(tickets=1)
    found = await site.desk.find(told.number)
    kept = site.home / "recordings" / "c1-1.wav"
    assert found == attrs.evolve(told, recording=str(kept))
    assert kept.read_bytes().startswith(b"RIFF")
    assert site.folder.depth == 0
    assert list((site.home / "spool" / "files").iterdir()) == []


async def test_a_message_of_the_fallback_script_becomes_a_ticket_of_the_time_it_happened(site):
    new = request(channel=Channel.FALLBACK)
    site.folder.put(REQUEST, new.key, pack(new))
    assert await site.delivery.deliver() == Delivered(requests=1)
    (ticket,) = await site.desk.of_caller(new.caller)
    assert ticket.channel is Channel.FALLBACK
    assert ticket.happened == LAST_NIGHT
    # Sunday night counts as Monday, so the third working day is Thursday.
    assert ticket.due == datetime(2026, 11, 26, 17, 30, tzinfo=CHINA)


async def test_a_request_kept_without_a_number_gets_one_later(site, clock):
    none_left = NumberSource(Refusing(), Numbering(b"sixteen bytes at least"), node="n2")
    desk = TicketDesk(site.tickets, none_left, Deadlines(Weekdays()), site.spool, clock)
    with pytest.raises(MessageKept):
        await desk.open(request())
    assert await site.delivery.deliver() == Delivered(requests=1)
    (ticket,) = await site.desk.of_caller(PhoneNumber("13812345678"))
    assert (ticket.key, ticket.happened) == ("c1/1", LAST_NIGHT)


class Refusing:
    async def lease(self, node, size):
        raise StoreAway(f"{node} gets no {size}")


async def test_calls_and_callbacks_are_written_once_with_their_times(site):
    site.power.on = False
    await site.ledger.close(record(), owed())
    await site.ledger.close(record(), owed())
    site.power.on = True
    assert await site.delivery.deliver() == Delivered(records=1)
    assert await site.calls.find(CallId("c1")) == record()
    assert [back.call for back in await site.calls.callbacks_open()] == ["c1"]


async def test_with_the_ledger_there_nothing_is_spooled(site):
    await site.ledger.close(record(), None)
    assert site.folder.depth == 0
    assert await site.calls.find(CallId("c1")) == record()


async def test_while_the_store_is_away_everything_waits_in_order(site):
    site.power.on = False
    for count in range(3):
        await site.desk.open(request(f"c{count}"))
    assert await site.delivery.deliver() == Delivered(left=3, away=True)
    site.power.on = True
    assert await site.delivery.deliver() == Delivered(tickets=3)
    opened = [event for event in await site.events.after(0) if event.kind == "ticket.opened"]
    mine = await site.desk.of_caller(PhoneNumber("13812345678"), 10)
    by_number = {ticket.number: ticket.key for ticket in mine}
    assert [by_number[event.subject] for event in opened] == ["c0", "c1", "c2"]


@pytest.mark.parametrize("calls", range(6))
async def test_an_outage_in_the_middle_of_a_delivery_loses_and_doubles_nothing(site, calls):
    site.power.on = False
    told = [await site.desk.open(request(f"c{count}")) for count in range(3)]
    await site.ledger.close(record(), owed())
    site.power.on = True
    site.power.calls_left = calls
    await site.delivery.deliver()
    site.power.calls_left, site.power.on = None, True
    await site.delivery.deliver()
    assert [await site.desk.find(ticket.number) for ticket in told] == told
    kinds = await site.kinds()
    assert kinds.count("ticket.opened") == 3
    assert kinds.count("call.closed") == kinds.count("callback.owed") == 1
    assert site.folder.depth == 0


async def test_a_delivery_cut_between_store_and_spool_is_repeated_harmlessly(site, monkeypatch):
    site.power.on = False
    told = await site.desk.open(request())
    site.power.on = True

    def crash(_item):
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(site.folder, "done", crash)
        with pytest.raises(PowerCut):
            await site.delivery.deliver()
    assert await site.delivery.deliver() == Delivered(tickets=1)
    assert await site.desk.find(told.number) == told
    assert (await site.kinds()).count("ticket.opened") == 1


async def test_both_numbers_told_for_one_request_find_the_same_ticket(site, clock):
    """A node restarts between the two: the first was stored, the second spooled."""
    first = await site.desk.open(request())
    site.power.on = False
    second = await site.new_desk(clock).open(request())
    assert second.number != first.number
    site.power.on = True
    assert await site.delivery.deliver() == Delivered(tickets=1)
    assert await site.desk.find(second.number) == first


async def test_what_nobody_can_deliver_is_set_aside_and_does_not_stand_in_the_way(site):
    ticket = await site.desk.open(request())
    taken = attrs.evolve(ticket, key="another")
    site.folder.put(TICKET, "another", pack(taken))
    site.folder.put(TICKET, "nonsense", {"number": 5})
    site.folder.put("poem", "unknown", "床前明月光")
    site.folder.put(RECORD, "c9", pack(ClosedCall(record("c9"), owed("c9"))))
    assert await site.delivery.deliver() == Delivered(records=1, set_aside=3)
    reasons = sorted(
        path.read_text("utf-8") for path in (site.home / "spool" / "bad").glob("*.why")
    )
    assert [reason.partition(":")[0] for reason in reasons] == [
        "not-readable",
        "not-readable",
        "number-taken",
    ]


async def test_two_rounds_at_once_deliver_each_item_once(site):
    site.power.on = False
    for count in range(5):
        await site.desk.open(request(f"c{count}"))
    site.power.on = True
    rounds = await asyncio.gather(site.delivery.deliver(), site.delivery.deliver())
    assert sum(each.tickets for each in rounds) == 5


async def test_a_disk_that_refuses_the_spool_is_store_away(site, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    site.power.on = False
    monkeypatch.setattr(site.folder, "put", full)
    with pytest.raises(StoreAway, match="No space"):
        await site.desk.open(request())


async def test_the_depth_of_the_spool_is_told(site):
    site.power.on = False
    await site.desk.open(request())
    assert await site.spool.depth() == 1


@pytest.mark.parametrize(
    "value", [request(), record(), owed(), ClosedCall(record(), owed()), ClosedCall(record(), None)]
)
def test_values_come_back_from_json_as_they_were(value):
    assert unpack(pack(value), type(value)) == value


@pytest.mark.parametrize(
    "change",
    [
        {"caller": 5},
        {"caller": None},
        {"duration": "12"},
        {"duration": True},
        {"table": 3.5},
        {"happened": "2026-11-22T22:15:00"},
        {"happened": "yesterday"},
        {"channel": "pigeon"},
    ],
)
def test_what_we_did_not_write_is_not_guessed_at(change):
    with pytest.raises(NotReadable):
        unpack(pack(request()) | change, NewTicket)


@pytest.mark.parametrize("packed", [None, [], "x", 5, {}])
def test_what_is_no_ticket_at_all_is_not_readable(packed):
    with pytest.raises(NotReadable):
        unpack(packed, Ticket)


async def test_a_recording_never_leaves_the_recordings_folder(site, recording):
    sly = request(recording="/nowhere/../../etc/cron.d/evil.wav")
    site.folder.put(REQUEST, sly.key, pack(sly), recording)
    await site.delivery.deliver()
    (ticket,) = await site.desk.of_caller(sly.caller)
    assert ticket.recording == str(site.home / "recordings" / "evil.wav")
    assert (site.home / "recordings" / "evil.wav").is_file()
