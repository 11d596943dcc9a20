"""What the ticket desk may rely on, on every database."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.kernel.clock import CHINA
from ivr.kernel.ids import CallId, PhoneNumber, TicketNumber
from ivr.storage.events import SqlEvents
from ivr.storage.tickets import SqlTickets
from ivr.tickets.model import Channel, NumberTaken, Ticket, TicketState
from routing.ids import LineCode, TableVersion, UnitCode

NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=CHINA)


def ticket(number="00000017", key="c1/1", **changes):
    plain = Ticket(
        number=TicketNumber(number),
        key=key,
        call=CallId("c1"),
        caller=PhoneNumber("13812345678"),
        line=LineCode("H090"),
        unit=UnitCode("C090"),
        recording="/recordings/c1.wav",
        duration=12.5,
        happened=NOON,
        opened=NOON + timedelta(seconds=1),
        due=NOON + timedelta(days=3),
        table=TableVersion(3),
        state=TicketState.WAITING,
        channel=Channel.CALL,
    )
    return attrs.evolve(plain, **changes)


@pytest.fixture
def store(database, clock):
    return SqlTickets(database, clock)


async def test_a_ticket_comes_back_as_it_was_kept(store):
    assert await store.add(ticket()) == ticket()
    assert await store.find(TicketNumber("00000017")) == ticket()


async def test_a_ticket_without_line_and_unit_comes_back_too(store):
    bare = ticket(line=None, unit=None, channel=Channel.FALLBACK)
    await store.add(bare)
    assert await store.find(bare.number) == bare


async def test_an_unknown_number_finds_nothing(store):
    assert await store.find(TicketNumber("99999999")) is None


async def test_the_same_key_again_returns_the_first_and_tells_nobody_twice(store, database):
    await store.add(ticket())
    assert await store.add(ticket("00000029")) == ticket()
    assert await store.find(TicketNumber("00000029")) is None
    assert [event.kind for event in await SqlEvents(database).after(0)] == ["ticket.opened"]


async def test_the_same_key_at_the_same_time_is_one_ticket(store):
    numbers = [f"0000{serial:04}" for serial in range(8)]
    kept = await asyncio.gather(*(store.add(ticket(number)) for number in numbers))
    assert len({first.number for first in kept}) == 1


async def test_a_number_that_belongs_to_another_is_refused_and_nothing_is_kept(store, database):
    await store.add(ticket())
    with pytest.raises(NumberTaken):
        await store.add(ticket(key="c2/1"))
    assert len(await SqlEvents(database).after(0)) == 1


async def test_a_second_number_told_for_the_same_request_finds_the_same_ticket(store):
    first = await store.add(ticket())
    second = ticket("00000029")
    assert await store.add_told(second) == first
    assert await store.add_told(second) == first
    assert await store.find(second.number) == first


async def test_tickets_of_a_caller_come_newest_first(store):
    for count in range(4):
        opened = NOON + timedelta(minutes=count)
        await store.add(ticket(f"0000000{count}", f"c{count}", opened=opened))
    await store.add(ticket("00000009", "other", caller=PhoneNumber("13900000000")))
    mine = await store.of_caller(PhoneNumber("13812345678"), 3)
    assert [found.key for found in mine] == ["c3", "c2", "c1"]


hostile = st.one_of(
    st.text(max_size=300),
    st.sampled_from(
        ["O'Brien\"; DROP TABLE ticket; --", "a\r\nb", "\x00", "💧" * 300, "\ud800", ""]
    ),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(caller=hostile, recording=hostile, line=hostile)
async def test_hostile_words_are_kept_and_never_an_error(store, caller, recording, line):
    """Only what no database takes, NUL and lone surrogates, is replaced."""
    key = f"hostile-{next(keys)}"
    hostile_ticket = ticket(key, key, caller=caller, recording=recording, line=line)
    await store.add(hostile_ticket)
    found = await store.find(TicketNumber(key))
    assert (found.caller, found.recording, found.line) == (
        storable(caller),
        storable(recording),
        storable(line),
    )
    assert found in await store.of_caller(caller, 1_000)


keys = iter(range(1_000_000))


def storable(text):
    bad = {"\x00"} | {chr(code) for code in range(0xD800, 0xE000)}
    return "".join("\ufffd" if char in bad else char for char in text)
