"""Changes of the same moment share a commit, and nothing else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from ivr.kernel.errors import HotlineError, StoreAway
from ivr.kernel.units import seconds
from ivr.storage.database import Database
from ivr.storage.events import News, SqlEvents, note_now
from ivr.storage.group_commit import AT_ONCE, GroupCommit


@pytest.fixture
async def database(url):
    database = Database(url, limit=seconds(60))
    yield database
    await asyncio.wait_for(database.close(), 30)


class Odd(HotlineError):
    """What a change may raise on purpose."""


def account(name):
    def change(connection: Connection) -> str:
        connection.execute(
            text(
                "INSERT INTO account (name, hash, role, created) "
                "VALUES (:name, '', 'operator', '2026-01-01 00:00:00')"
            ),
            {"name": name},
        )
        note_now(connection, News(datetime.now(UTC), "test", name))
        return name

    return change


def failing(error):
    def change(connection: Connection) -> None:
        account("half done")(connection)
        raise error

    return change


async def names(database):
    async with database.reading() as connection:
        found = await connection.execute(text("SELECT name FROM account ORDER BY name"))
        return list(found.scalars())


async def subjects(database):
    return [event.subject for event in await SqlEvents(database).after(0, limit=10_000)]


async def test_many_at_once_are_all_kept_in_the_order_they_came(database):
    wanted = [f"{count:04}" for count in range(2 * AT_ONCE + 7)]
    assert await asyncio.gather(*(database.change(account(name)) for name in wanted)) == wanted
    assert await subjects(database) == wanted == await names(database)


async def test_many_at_once_need_few_commits(url):
    database, transactions = Database(url), 0

    async def counted(change):
        nonlocal transactions
        transactions += 1
        return await Database._transaction(database, change)

    group = GroupCommit(counted)
    await asyncio.gather(*(group.add(account(f"a{count}")) for count in range(AT_ONCE)))
    assert transactions == 1
    await database.close()


async def test_whoever_is_told_finds_it_from_another_connection(url, database):
    other = Database(url)

    async def one(name):
        await database.change(account(name))
        return name in await names(other)

    assert all(await asyncio.gather(*(one(f"a{count}") for count in range(20))))
    await other.close()


@pytest.mark.parametrize("error", [Odd("on purpose"), ZeroDivisionError("a fault of ours")])
async def test_one_that_raises_undoes_itself_alone_and_hears_of_it_alone(database, error):
    results = await asyncio.gather(
        database.change(account("before")),
        database.change(failing(error)),
        database.change(account("after")),
        return_exceptions=True,
    )
    assert results == ["before", error, "after"]
    assert await names(database) == ["after", "before"]
    assert await subjects(database) == ["before", "after"]


async def test_one_that_breaks_a_constraint_does_not_hurt_the_others(database):
    results = await asyncio.gather(
        *(database.change(account(name)) for name in ("a", "a", "b", "a", "c")),
        return_exceptions=True,
    )
    kinds = [result if isinstance(result, str) else type(result) for result in results]
    assert kinds == ["a", IntegrityError, "b", IntegrityError, "c"]
    assert await subjects(database) == ["a", "b", "c"]


async def test_one_that_the_database_refuses_is_store_away_for_it_alone(database):
    def wrong(connection):
        connection.execute(text("SELECT nothing FROM nowhere"))

    results = await asyncio.gather(
        database.change(account("a")), database.change(wrong), return_exceptions=True
    )
    assert results[0] == "a"
    assert isinstance(results[1], StoreAway)


async def test_one_that_is_given_up_before_its_turn_changes_nothing(database):
    async with database.writing() as connection:
        await connection.execute(text("SELECT 1"))
        waits = asyncio.ensure_future(database.change(account("first")))
        given_up = asyncio.ensure_future(database.change(account("given up")))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.sleep(0)
    assert await waits == "first"
    with pytest.raises(asyncio.CancelledError):
        await given_up
    await database.change(account("last"))
    assert await names(database) == ["first", "last"]


async def test_everybody_hears_that_the_store_is_away_in_bounded_time(tmp_path):
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/none/hotline.db", limit=seconds(2))
    results = await asyncio.gather(
        *(database.change(account(f"a{count}")) for count in range(5)), return_exceptions=True
    )
    assert {type(result) for result in results} == {StoreAway}
    await database.close()


async def test_a_lock_held_elsewhere_ends_in_store_away_and_passes(url):
    database, other = Database(url, limit=seconds(0.3)), Database(url)
    async with other.writing() as connection:
        await connection.execute(text("UPDATE counter SET value = value"))
        with pytest.raises(StoreAway):
            await database.change(account("a"))
    database._limit = seconds(60)  # this machine's own disk may be slow
    await database.change(account("b"))
    assert "b" in await names(database)
    await other.close()
    await database.close()


async def test_closing_waits_for_what_was_begun(url):
    database = Database(url)
    changes = [asyncio.ensure_future(database.change(account(f"a{count}"))) for count in range(9)]
    await asyncio.sleep(0)
    await database.close()
    assert len(await asyncio.gather(*changes)) == 9
