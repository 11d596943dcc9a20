"""The desk opens tickets whether the store is there or not."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import attrs
import pytest

from ivr.kernel.clock import CHINA, ManualClock
from ivr.kernel.errors import StoreAway
from ivr.kernel.ids import CallId, PhoneNumber, TicketNumber
from ivr.tickets.deadline import Deadlines
from ivr.tickets.desk import TicketDesk
from ivr.tickets.model import (
    MessageKept,
    NewTicket,
    NoSuchTicket,
    NumberTaken,
    TicketState,
)
from ivr.tickets.number import Numbering, NumberSource, parse
from routing.ids import LineCode, TableVersion, UnitCode

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=CHINA)


class Weekdays:
    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5


class Switch:
    """One switch for everything behind the desk that can be away."""

    def __init__(self):
        self.away = False

    def check(self):
        if self.away:
            raise StoreAway("switched off")


class Store:
    def __init__(self, switch):
        self.switch = switch
        self.kept = {}
        self.taken = set()

    async def add(self, ticket):
        self.switch.check()
        if ticket.number in self.taken:
            raise NumberTaken(ticket.number)
        return self.kept.setdefault(ticket.key, ticket)

    async def find(self, number):
        self.switch.check()
        return next((t for t in self.kept.values() if t.number == number), None)

    async def of_caller(self, caller, limit):
        self.switch.check()
        mine = [t for t in self.kept.values() if t.caller == caller]
        return tuple(sorted(mine, key=lambda t: t.opened, reverse=True)[:limit])


class Blocks:
    def __init__(self, switch):
        self.switch = switch
        self.first = 0
        self.nodes = set()

    async def lease(self, node, size):
        self.switch.check()
        self.nodes.add(node)
        self.first += size
        return range(self.first - size, self.first)


class KeepingSpool:
    def __init__(self):
        self.tickets = {}
        self.requests = {}

    async def keep_ticket(self, ticket):
        return self.tickets.setdefault(ticket.key, ticket)

    async def ticket(self, key):
        return self.tickets.get(key)

    async def keep_request(self, new):
        self.requests[new.key] = new

    async def depth(self):
        return len(self.tickets) + len(self.requests)


class Scene:
    def __init__(self):
        self.switch = Switch()
        self.store = Store(self.switch)
        self.spool = KeepingSpool()
        self.clock = ManualClock(NOON)
        self.numbers = NumberSource(
            Blocks(self.switch), Numbering(b"sixteen bytes at least"), node="n1", size=4
        )
        self.desk = TicketDesk(
            self.store, self.numbers, Deadlines(Weekdays()), self.spool, self.clock
        )


@pytest.fixture
async def scene():
    scene = Scene()
    yield scene
    await scene.numbers.close()


def request(key="c1/1", caller="13812345678"):
    return NewTicket(
        key=key,
        call=CallId("c1"),
        caller=PhoneNumber(caller),
        line=LineCode("H090"),
        unit=UnitCode("C090"),
        recording="/recordings/c1.wav",
        duration=12.5,
        happened=NOON,
        table=TableVersion(3),
    )


async def test_a_ticket_has_a_speakable_number_a_deadline_and_what_the_flow_knew(scene):
    ticket = await scene.desk.open(request())
    assert parse(ticket.number) == ticket.number
    assert ticket.due == datetime(2026, 11, 26, 17, 30, tzinfo=CHINA)
    assert ticket.state is TicketState.WAITING
    assert (ticket.line, ticket.recording, ticket.opened) == ("H090", "/recordings/c1.wav", NOON)
    assert await scene.desk.find(ticket.number) == ticket


async def test_danger_is_due_within_two_hours_whatever_the_line(scene):
    ticket = await scene.desk.open(attrs.evolve(request(), danger=True))
    assert ticket.due == NOON + timedelta(hours=2)


async def test_opening_the_same_key_twice_gives_one_ticket(scene):
    assert await scene.desk.open(request()) == await scene.desk.open(request())
    assert len(scene.store.kept) == 1


async def test_another_node_opening_the_same_key_gets_the_first_ticket(scene):
    first = await scene.desk.open(request())
    other = TicketDesk(scene.store, scene.numbers, Deadlines(Weekdays()), scene.spool, scene.clock)
    assert await other.open(request()) == first


async def test_with_the_store_away_the_caller_still_gets_a_number_and_it_is_spooled(scene):
    await scene.numbers.prepare()
    scene.switch.away = True
    ticket = await scene.desk.open(request())
    assert scene.spool.tickets == {"c1/1": ticket}
    assert await scene.desk.open(request()) == ticket
    assert scene.store.kept == {}


async def test_a_number_told_while_the_store_was_away_stands_for_the_next_process_too(scene):
    """The caller of a node that died goes on at another, for which the store is there."""
    await scene.numbers.prepare()
    scene.switch.away = True
    told = await scene.desk.open(request())
    scene.switch.away = False
    other = TicketDesk(scene.store, scene.numbers, Deadlines(Weekdays()), scene.spool, scene.clock)
    assert await other.open(request()) == told
    assert scene.store.kept == {}


async def test_a_reserved_number_is_given_by_whoever_opens_the_ticket(scene):
    """Also by a process that can not ask whether another has opened it."""
    new = attrs.evolve(request(), number=await scene.desk.reserve())
    opened = await scene.desk.open(new)
    scene.switch.away = True
    numbers = NumberSource(
        Blocks(Switch()), Numbering(b"sixteen bytes at least"), node="n2", size=4
    )
    other = TicketDesk(scene.store, numbers, Deadlines(Weekdays()), scene.spool, scene.clock)
    told = await other.open(new)
    await numbers.close()
    assert opened.number == told.number == new.number
    assert scene.spool.tickets == {"c1/1": told}


async def test_a_reserved_number_needs_no_other_when_none_is_at_hand(scene):
    new = attrs.evolve(request(), number=await scene.desk.reserve())
    scene.numbers._serials.clear()
    scene.switch.away = True
    assert (await scene.desk.open(new)).number == new.number


async def test_with_no_number_at_hand_none_is_reserved(scene):
    scene.switch.away = True
    assert await scene.desk.reserve() is None


async def test_a_reserved_number_that_is_taken_is_passed_over(scene):
    new = attrs.evolve(request(), number=await scene.desk.reserve())
    scene.store.taken.add(new.number)
    assert (await scene.desk.open(new)).number not in scene.store.taken


async def test_a_ticket_stored_before_the_store_went_away_is_remembered_not_spooled(scene):
    ticket = await scene.desk.open(request())
    scene.switch.away = True
    assert await scene.desk.open(request()) == ticket
    assert scene.spool.tickets == {}


async def test_without_any_number_the_message_is_kept_and_the_flow_is_told(scene):
    scene.switch.away = True
    with pytest.raises(MessageKept) as kept:
        await scene.desk.open(request())
    assert isinstance(kept.value.__cause__, StoreAway)
    assert scene.spool.requests == {"c1/1": request()}


async def test_register_never_spools(scene):
    await scene.numbers.prepare()
    scene.switch.away = True
    with pytest.raises(StoreAway):
        await scene.desk.register(request())
    assert not scene.spool.tickets
    assert not scene.spool.requests


async def test_a_number_that_is_taken_is_passed_over(scene):
    first = await scene.desk.open(request())
    scene.store.taken.add(Numbering(b"sixteen bytes at least").number(1))
    second = await scene.desk.open(request("c2/1"))
    assert second.number not in scene.store.taken
    assert second.number != first.number


async def test_finding_an_unknown_number_says_so(scene):
    with pytest.raises(NoSuchTicket):
        await scene.desk.find(TicketNumber("00000000"))


async def test_of_caller_is_newest_first_and_limited(scene):
    for count in range(5):
        await scene.desk.open(request(f"c{count}"))
        scene.clock.advance(60)
    mine = await scene.desk.of_caller(PhoneNumber("13812345678"))
    assert [ticket.key for ticket in mine] == ["c4", "c3", "c2"]


async def test_callers_who_withhold_their_number_do_not_share_tickets(scene):
    await scene.desk.open(request(caller=""))
    assert await scene.desk.of_caller(PhoneNumber("")) == ()


async def test_the_desk_remembers_a_bounded_number_of_tickets(scene, monkeypatch):
    monkeypatch.setattr("ivr.tickets.desk.REMEMBERED", 2)
    for count in range(5):
        await scene.desk.open(attrs.evolve(request(), key=f"c{count}"))
    assert len(scene.desk._recent) == 2
