"""The book of calls that go out: what the caps may rely on, on every database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from ivr.calls.record import Callback, CallbackReason, CallRecord, Outcome
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.storage.calls import NoSuchCallback, SqlCalls
from ivr.storage.database import Database
from ivr.storage.dialling import SqlDialling
from ivr.telephony.dialling_rules import CapReached, Caps, Refusal
from routing.ids import TableVersion

ONE, OTHER = "13947300114", "13947300115"
WIDE = Caps(per_hour=100, per_day=100, per_number=100, at_once=100)


@pytest.fixture
def book(database, clock):
    return SqlDialling(database, clock)


async def refusal(book, number, **caps):
    with pytest.raises(CapReached) as reached:
        await book.begin(number, Caps(**{"per_hour": 9, "per_day": 9, "per_number": 9, **caps}))
    return reached.value.refusal


async def called(book, number=ONE, *, answered=True):
    await book.end(await book.begin(number, WIDE), answered=answered)


async def test_who_is_owed_a_call_until_it_is_done(book, database, clock):
    calls, now = SqlCalls(database, clock), clock.now()
    call, caller, due = CallId("c1"), PhoneNumber(ONE), now + timedelta(hours=2)
    lost = CallRecord(call, caller, "114", now, now, Outcome.ABANDONED, (), TableVersion(1), "n1")
    await calls.close(lost, Callback(call, caller, CallbackReason.LOST_IN_QUEUE, due))
    assert await book.owes(ONE)
    assert not await book.owes(OTHER)
    assert await book.owed(CallId("c1")) == ONE
    await calls.callback_done(CallId("c1"), by="1001")
    assert not await book.owes(ONE)
    with pytest.raises(NoSuchCallback):
        await book.owed(CallId("c1"))


async def test_an_hour_and_a_day_are_counted_for_all_numbers(book, clock):
    await called(book, ONE)
    await called(book, OTHER)
    assert await refusal(book, "12345", at_once=9, per_hour=2) is Refusal.PER_HOUR
    clock.advance(3601)
    assert await refusal(book, "12345", at_once=9, per_day=2) is Refusal.PER_DAY
    await book.begin("12345", Caps(per_hour=1, per_day=3, per_number=1, at_once=1))
    clock.advance(24 * 3600)
    await book.begin("12345", Caps(per_hour=1, per_day=1, per_number=1, at_once=1))


async def test_a_number_has_a_limit_of_its_own_and_tries_that_rang_nobody_are_free(book):
    for _ in range(3):
        await called(book, answered=False)
    await called(book)
    assert await refusal(book, ONE, at_once=9, per_number=1) is Refusal.PER_NUMBER
    await book.begin(OTHER, Caps(per_hour=9, per_day=9, per_number=1, at_once=1))


async def test_calls_at_once_are_counted_and_a_process_that_died_is_forgotten(book, clock):
    await book.begin(ONE, WIDE)
    assert await refusal(book, OTHER, at_once=1) is Refusal.AT_ONCE
    clock.advance(61)
    await book.begin(OTHER, Caps(per_hour=9, per_day=9, per_number=9, at_once=1))


async def test_a_clock_that_was_set_back_frees_nothing(book, clock):
    await called(book)
    clock.advance(-7200)
    assert await refusal(book, OTHER, at_once=9, per_hour=1) is Refusal.PER_HOUR


async def test_the_last_place_is_given_once(url, clock):
    """Commands are processes of their own: each has its own connection."""
    databases = [Database(url) for _ in range(4)]
    caps = Caps(per_hour=2, per_day=9, per_number=9, at_once=9)
    tries = [SqlDialling(each, clock).begin(ONE, caps) for each in databases]
    results = await asyncio.gather(*tries, return_exceptions=True)
    for each in databases:
        await each.close()
    assert sorted(type(result).__name__ for result in results) == [
        "CapReached",
        "CapReached",
        "str",
        "str",
    ]


async def test_counts_survive_a_restart(book, url, clock):
    await called(book)
    await book.refused(Refusal.NOT_ALLOWED)
    other = Database(url)
    tally = await SqlDialling(other, clock).tally()
    await other.close()
    assert (tally.hour, tally.day) == (1, 1)
    assert tally.refused["not-allowed"] == 1
    assert set(tally.refused) == {each.value for each in Refusal}


async def test_refusals_do_not_use_up_the_caps(book):
    for _ in range(3):
        await book.refused(Refusal.NOT_ALLOWED)
    await book.begin(ONE, Caps(per_hour=1, per_day=1, per_number=1, at_once=1))
    assert (await book.tally()).hour == 1
