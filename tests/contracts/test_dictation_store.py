"""Messages that wait to be heard: one taker at a time, heard once, given up in the end."""

from __future__ import annotations

import asyncio

import pytest

from ivr.storage.dictation import LEASE, SqlDictations
from ivr.storage.events import SqlEvents
from ivr.storage.tickets import SqlTickets
from ivr.tickets.dictation import TRIES, Dictated
from tests.contracts.test_ticket_store import ticket

HEARD = Dictated("新华街的路灯不亮", 0.83, "H069", ("“路灯”是事项“路灯”的词语",))
FIRST, SECOND = "00000017", "00000025"


@pytest.fixture
async def dictations(database, clock):
    tickets = SqlTickets(database, clock)
    await tickets.add(ticket())
    await tickets.add(ticket(number="00000033", key="c3/1", recording="", words="写的"))
    return SqlDictations(database, clock)


async def test_a_message_is_taken_by_one_and_heard_once(dictations, database):
    taken = await dictations.take()
    assert taken == ticket()
    assert await dictations.take() is None  # what was written has no recording
    assert await dictations.of(FIRST) is None
    assert await dictations.keep(FIRST, HEARD)
    assert not await dictations.keep(FIRST, Dictated("别的", 0.1))
    assert await dictations.of(FIRST) == HEARD
    kinds = [event.kind for event in await SqlEvents(database).after(0)]
    assert kinds.count("ticket.heard") == 1


async def test_of_takers_at_the_same_moment_one_gets_it(dictations, database, clock):
    others = [SqlDictations(database, clock) for _ in range(4)]
    taken = await asyncio.gather(*(each.take() for each in others))
    assert [each.number for each in taken if each is not None] == [FIRST]


async def test_a_taker_who_died_gives_it_back_and_a_killer_is_given_up(dictations, clock):
    """A recording on which the recogniser dies must not stop the others for ever."""
    for _ in range(TRIES):
        assert (await dictations.take()).number == FIRST
        assert await dictations.take() is None
        clock.advance(LEASE.total_seconds() + 1)
    assert await dictations.take() is None


async def test_what_can_not_be_heard_is_not_tried_again(dictations, clock):
    await dictations.take()
    await dictations.give_up(FIRST, "录音不完整")
    clock.advance(LEASE.total_seconds() + 1)
    assert await dictations.take() is None
    assert await dictations.of(FIRST) is None
    assert not await dictations.keep(FIRST, HEARD)


async def test_a_ticket_delivered_from_the_spool_waits_like_any_other(dictations, database, clock):
    await dictations.take()
    await SqlTickets(database, clock).add_told(ticket(number=SECOND, key="c2/1"))
    assert (await dictations.take()).number == SECOND
