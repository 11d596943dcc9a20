"""Numbers, events, published tables, the calendar and accounts, on every database."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date, datetime

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from ivr.kernel.clock import CHINA
from ivr.storage import tables
from ivr.storage.accounts import AccountName, NameTaken, Role, SqlAccounts
from ivr.storage.calendar import SqlCalendar, WrongYear
from ivr.storage.events import News, SqlEvents, note
from ivr.storage.numbers import SqlNumberBlocks
from ivr.storage.table_store import NoSuchTable, SqlTables, VersionTaken
from ivr.tickets.number import SERIALS, NumbersExhausted
from routing.calendar import Day, DayKind
from routing.ids import TableVersion

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
DEARER = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
ANNA = AccountName("anna")


# -- numbers ---------------------------------------------------------------------------------


async def test_blocks_never_overlap_even_when_nodes_ask_at_once(database, clock):
    blocks = SqlNumberBlocks(database, clock)
    leased = await asyncio.gather(*(blocks.lease(f"n{count}", 10) for count in range(8)))
    serials = [serial for block in leased for serial in block]
    assert sorted(serials) == list(range(80))


async def test_the_last_serials_end_with_a_name_and_not_with_a_repetition(database, clock):
    blocks = SqlNumberBlocks(database, clock)
    assert await blocks.lease("n1", SERIALS) == range(SERIALS)
    with pytest.raises(NumbersExhausted):
        await blocks.lease("n1", 1)


# -- events ----------------------------------------------------------------------------------


async def test_events_are_numbered_without_gaps_and_read_from_any_point(database, clock):
    async def write(count):
        async with database.writing() as connection:
            await note(connection, News(clock.now(), "test", str(count), {"水": "\x00\ud800"}))

    await asyncio.gather(*(write(count) for count in range(10)))
    events = SqlEvents(database)
    assert [event.seq for event in await events.after(0)] == list(range(1, 11))
    assert [event.seq for event in await events.after(7, limit=2)] == [8, 9]
    assert await events.last() == 10
    assert (await events.after(9))[0].body == {"水": "\x00\ud800"}


async def test_an_event_is_gone_when_its_change_is(database, clock):
    async def change_and_fail():
        async with database.writing() as connection:
            await note(connection, News(clock.now(), "test", "x"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_and_fail()
    assert await SqlEvents(database).last() == 0


# -- published tables ------------------------------------------------------------------------


def digest(body):
    return hashlib.sha256(body).hexdigest()


async def test_a_published_table_comes_back_byte_for_byte_and_is_in_force(database, clock):
    store = SqlTables(database, clock)
    assert await store.active() is None
    body = bytes(range(256)) * 100
    await store.save(TableVersion(1), body, sha256=digest(body))
    found = await store.active()
    assert found.body == body
    assert found.publication.published_at == datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
    assert found == await store.newest() == await store.get(TableVersion(1))


async def test_exactly_one_table_is_in_force_and_an_old_one_can_be_again(database, clock):
    store = SqlTables(database, clock)
    for number in (1, 2, 3):
        body = b"table %d" % number
        await store.save(TableVersion(number), body, sha256=digest(body))
    await store.save(TableVersion(2), b"table 2", sha256=digest(b"table 2"))
    assert [(each.version, each.active) for each in await store.list()] == [
        (3, False),
        (2, True),
        (1, False),
    ]
    assert (await store.active()).body == b"table 2"
    assert (await store.newest()).body == b"table 3"
    assert await store.next_version() == 4


async def test_a_published_number_is_never_given_to_another_content(database, clock):
    store = SqlTables(database, clock)
    await store.save(TableVersion(1), b"one", sha256=digest(b"one"))
    await store.save(TableVersion(1), b"one", sha256=digest(b"one"))
    with pytest.raises(VersionTaken):
        await store.save(TableVersion(1), b"other", sha256=digest(b"other"))
    assert (await store.get(TableVersion(1))).body == b"one"


async def test_what_was_never_published_is_not_found(database, clock):
    store = SqlTables(database, clock)
    await store.save(TableVersion(1), b"one", sha256=digest(b"one"))
    with pytest.raises(NoSuchTable):
        await store.get(TableVersion(9))
    assert (await store.active()).publication.version == 1


# -- calendar --------------------------------------------------------------------------------


def holiday(day, kind=DayKind.REST):
    return Day(day, kind, "国庆节", "国务院办公厅")


async def test_replacing_a_year_leaves_the_others_alone(database, clock):
    store = SqlCalendar(database, clock)
    await store.replace_year(2025, [holiday(date(2025, 10, 1))])
    await store.replace_year(2026, [holiday(date(2026, 10, 1)), holiday(date(2026, 12, 31))])
    makeup = holiday(date(2026, 9, 20), DayKind.WORK)
    await store.replace_year(2026, [makeup])
    assert await store.all() == (holiday(date(2025, 10, 1)), makeup)
    await store.replace_year(2026, [])
    assert await store.all() == (holiday(date(2025, 10, 1)),)


@pytest.mark.parametrize("days", [[date(2025, 1, 1)], [date(2026, 1, 1), date(2026, 1, 1)]])
async def test_days_that_do_not_belong_change_nothing(database, clock, days):
    store = SqlCalendar(database, clock)
    await store.replace_year(2026, [holiday(date(2026, 10, 1))])
    with pytest.raises(WrongYear):
        await store.replace_year(2026, [holiday(day) for day in days])
    assert await store.all() == (holiday(date(2026, 10, 1)),)


# -- accounts --------------------------------------------------------------------------------


@pytest.fixture
def accounts(database, clock):
    return SqlAccounts(database, clock, CHEAP)


async def test_the_right_password_opens_the_account_and_no_other_does(accounts):
    made = await accounts.create(ANNA, password="龙门 pass\ud800", role=Role.SUPERVISOR)
    assert await accounts.verify(ANNA, password="龙门 pass\ud800") == made
    assert await accounts.verify(ANNA, password="龙门 pass") is None
    assert await accounts.verify(AccountName("nobody"), password="龙门 pass\ud800") is None


async def test_passwords_are_not_kept_and_not_told(accounts, database):
    await accounts.create(ANNA, password="correct horse", role=Role.OPERATOR)
    async with database.reading() as connection:
        kept = (await connection.execute(select(tables.account.c.hash))).scalar_one()
        told = (await connection.execute(select(tables.event.c.body))).scalar_one()
    assert kept.startswith("$argon2id$")
    assert "correct horse" not in kept + told
    assert "argon2" not in told


async def test_a_name_is_given_once(accounts):
    await accounts.create(ANNA, password="one", role=Role.OPERATOR)
    with pytest.raises(NameTaken):
        await accounts.create(ANNA, password="two", role=Role.ADMINISTRATOR)
    assert await accounts.verify(ANNA, password="two") is None


async def test_the_first_administrator_is_made_once(accounts):
    await accounts.create(ANNA, password="one", role=Role.OPERATOR)
    first = await accounts.create_first(AccountName("admin"), password="first")
    assert first.role is Role.ADMINISTRATOR
    assert await accounts.create_first(AccountName("other"), password="second") is None
    assert await accounts.verify(AccountName("other"), password="second") is None


async def test_a_password_is_hashed_again_when_the_cost_was_raised(accounts, database, clock):
    await accounts.create(ANNA, password="one", role=Role.OPERATOR)
    dearer = SqlAccounts(database, clock, DEARER)
    assert await dearer.verify(ANNA, password="one") is not None
    async with database.reading() as connection:
        kept = (await connection.execute(select(tables.account.c.hash))).scalar_one()
    assert "t=2" in kept
    assert await dearer.verify(ANNA, password="one") is not None
