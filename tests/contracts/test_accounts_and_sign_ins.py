"""Accounts, sign-ins and what is logged of them, on every database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from attrs import evolve
from sqlalchemy import select

from ivr.kernel.audit import AuditQuery, Deed
from ivr.kernel.people import Account, AccountName, Level, Role
from ivr.people.accounts import AccountKeeping, Wanted
from ivr.people.errors import NoSuchAccount, WrongCredentials
from ivr.people.sessions import Stage, StoredSession, digest_of, new_token
from ivr.people.sign_in import SignIn
from ivr.people.throttle import Throttle
from ivr.storage import tables
from ivr.storage.accounts import SqlAccounts
from ivr.storage.audit import SqlAudit
from ivr.storage.memory import MemoryTally
from ivr.storage.sign_ins import SqlSessions

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ANNA, BERT = AccountName("anna"), AccountName("bert")
PASSWORD = "correct horse staple"
ODD = "张\x00三\ud800'\"; drop table account; --"  # what a hostile form may send
KEPT = ODD.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")  # what no database takes


def deed(what="account.changed", name=ANNA):
    return Deed(BERT, what, f"account/{name}", ODD)


@pytest.fixture
def accounts(database, clock):
    return SqlAccounts(database, clock, CHEAP)


@pytest.fixture
def sessions(database):
    return SqlSessions(database)


@pytest.fixture
def audit(database, clock):
    return SqlAudit(database, clock)


@pytest.fixture
async def anna(accounts, clock):
    made = Account(ANNA, Role.EDITOR, clock.now(), person="安娜")
    return await accounts.add(made, deed("account.created"), password=PASSWORD)


@pytest.fixture
def sign_in(accounts, sessions, audit, clock):
    return SignIn(accounts, sessions, Throttle(MemoryTally(clock)), audit, clock)


def session(token, clock, account=ANNA, stage=Stage.FULL):
    return StoredSession(digest_of(token), account, stage, clock.now(), clock.now(), "10.0.0.1")


# -- accounts ----------------------------------------------------------------------------------


async def test_everything_of_an_account_comes_back_as_it_was_kept(accounts, anna):
    changed = evolve(
        anna, role=Role.SUPERVISOR, level=Level.DISTRICT, unit="C090", person=ODD, disabled=True
    )
    await accounts.change(changed, deed())
    kept = evolve(changed, person=KEPT)
    assert await accounts.of(ANNA) == kept
    assert await accounts.all() == (kept,)


async def test_a_change_keeps_password_and_secret(accounts, anna):
    await accounts.set_code_secret(ANNA, "SECRET", deed("account.code-on"))
    await accounts.change(evolve(anna, person="别名"), deed())
    assert await accounts.code_secret(ANNA) == "SECRET"
    found = await accounts.verify(ANNA, password=PASSWORD)
    assert (found.person, found.two_factor) == ("别名", True)


async def test_who_is_not_there_is_changed_by_nobody_and_not_logged(accounts, audit, clock):
    ghost = Account(AccountName("ghost"), Role.EDITOR, clock.now())
    for change in (
        accounts.change(ghost, deed()),
        accounts.set_password(ghost.name, deed(), password="x", must_change=True),
        accounts.set_code_secret(ghost.name, "S", deed()),
        accounts.of(ghost.name),
    ):
        with pytest.raises(NoSuchAccount):
            await change
    assert await audit.find() == ()


async def test_a_new_password_counts_and_the_old_one_does_not(accounts, anna):
    await accounts.set_password(ANNA, deed(), password="another one", must_change=True)
    assert await accounts.verify(ANNA, password=PASSWORD) is None
    assert (await accounts.verify(ANNA, password="another one")).must_change


async def test_of_two_who_make_the_same_account_one_is_told(accounts, clock, audit):
    made = [
        accounts.add(Account(ANNA, role, clock.now()), deed("account.created"), password=PASSWORD)
        for role in (Role.EDITOR, Role.ADMINISTRATOR)
    ]
    ends = await asyncio.gather(*made, return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["Account", "NameTaken"]
    assert len(await audit.find(AuditQuery(what="account.created"))) == 1


async def test_of_two_administrators_who_disable_each_other_one_stays(accounts, audit, clock):
    for name in (ANNA, BERT):
        made = Account(name, Role.ADMINISTRATOR, clock.now())
        await accounts.add(made, deed("account.created", name), password=PASSWORD)
    demoted = [
        accounts.change(Account(name, role, clock.now(), disabled=disabled), deed(name=name))
        for name, role, disabled in (
            (ANNA, Role.ADMINISTRATOR, True),
            (BERT, Role.EDITOR, False),
        )
    ]
    ends = await asyncio.gather(*demoted, return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["Account", "LastAdministrator"]
    assert [each.in_charge for each in await accounts.all()].count(True) == 1
    assert len(await audit.find(AuditQuery(what="account.changed"))) == 1


# -- sign-ins ----------------------------------------------------------------------------------


async def test_a_sign_in_is_found_by_its_token_alone_and_with_the_account_as_it_is_now(
    accounts, sessions, anna, clock, database
):
    token = new_token()
    await sessions.open(session(token, clock))
    assert await sessions.find(digest_of(new_token())) is None
    stored, account = await sessions.find(digest_of(token))
    assert (stored, account) == (session(token, clock), anna)
    await accounts.change(evolve(anna, role=Role.HANDLER, unit="C001"), deed())
    assert (await sessions.find(digest_of(token)))[1].role is Role.HANDLER
    async with database.reading() as connection:
        row = (await connection.execute(select(tables.sign_in))).mappings().one()
    assert token not in map(str, row.values())


async def test_who_is_disabled_is_signed_in_nowhere(accounts, sessions, anna, clock):
    token = new_token()
    await sessions.open(session(token, clock))
    await accounts.change(evolve(anna, disabled=True), deed())
    assert await sessions.find(digest_of(token)) is None


async def test_sign_ins_end_one_by_one_and_all_but_ones_own(sessions, anna, clock):
    tokens = [new_token() for _ in range(4)]
    for token in tokens:
        await sessions.open(session(token, clock))

    async def alive():
        found = [await sessions.find(digest_of(token)) for token in tokens]
        return [each is not None for each in found]

    await sessions.close(digest_of(tokens[0]))
    assert await alive() == [False, True, True, True]
    await sessions.close_all(ANNA, but=digest_of(tokens[1]))
    assert await alive() == [False, True, False, False]
    await sessions.close_all(ANNA)
    assert await alive() == [False] * 4


async def test_what_has_ended_long_ago_is_swept(sessions, anna, clock):
    old, new = new_token(), new_token()
    await sessions.open(session(old, clock))
    clock.advance(60)
    await sessions.open(session(new, clock))
    await sessions.sweep(clock.now() - timedelta(seconds=30))
    assert await sessions.find(digest_of(old)) is None
    assert await sessions.find(digest_of(new)) is not None


async def test_being_seen_moves_the_end_of_a_sign_in(sign_in, anna, clock):
    """Seen every hour it lasts the working day, and not a minute longer."""
    opened = await sign_in.with_password(ANNA, password=PASSWORD, address="10.0.0.1")
    for _ in range(11):
        clock.advance(3600)
        assert await sign_in.whose(opened.token) is not None
    clock.advance(3600)
    assert await sign_in.whose(opened.token) is None


async def test_a_code_is_asked_for_taken_once_and_everything_is_logged(
    sign_in, accounts, anna, audit, clock
):
    secret = pyotp.random_base32()
    await accounts.set_code_secret(ANNA, secret, deed("account.code-on"))
    half = await sign_in.with_password(ANNA, password=PASSWORD, address="10.0.0.1")
    assert half.session.stage is Stage.PASSWORD
    with pytest.raises(WrongCredentials):
        await sign_in.with_code(half.token, "000000", address="10.0.0.1")
    code = pyotp.TOTP(secret).at(clock.now())
    whole = await sign_in.with_code(half.token, code, address="10.0.0.1")
    assert (await sign_in.whose(whole.token)).stage is Stage.FULL
    assert await sign_in.whose(half.token) is None
    again = await sign_in.with_password(ANNA, password=PASSWORD, address="10.0.0.1")
    with pytest.raises(WrongCredentials):
        await sign_in.with_code(again.token, code, address="10.0.0.1")
    logged = [entry.deed.what for entry in await audit.find(AuditQuery(what="sign-in"))]
    assert logged == ["sign-in.refused", "sign-in", "sign-in.refused"]


@pytest.mark.parametrize(
    ("name", "logged"), [(ODD, KEPT), ("", ""), ("x" * 5000, "x" * 40)], ids=["odd", "none", "long"]
)
async def test_odd_names_are_nobody_and_logged_in_short(sign_in, audit, name, logged):
    with pytest.raises(WrongCredentials):
        await sign_in.with_password(AccountName(name), password=ODD, address="10.0.0.1")
    (entry,) = await audit.find()
    assert entry.deed.who == logged[:40]


# -- keeping -----------------------------------------------------------------------------------


class EveryUnit:
    def has_unit(self, _code):
        return True


async def test_every_change_of_an_account_is_in_the_log_with_before_and_after(
    accounts, sessions, audit, clock
):
    keeping = AccountKeeping(accounts, sessions, EveryUnit(), clock)
    await keeping.create(ANNA, Wanted(Role.EDITOR, "安娜"), None)
    await keeping.change(ANNA, Wanted(Role.EDITOR, "安娜", unit="C090"), None)
    await keeping.disable(ANNA, None, disabled=True)
    await keeping.disable(ANNA, None, disabled=False)
    secret = await keeping.reset(ANNA, None)
    await keeping.drop_code(ANNA, None)
    entries = list(reversed(await audit.find()))
    assert [entry.deed.what for entry in entries] == [
        "account.created",
        "account.changed",
        "account.disabled",
        "account.enabled",
        "account.password-reset",
        "account.code-off",
    ]
    assert (entries[1].deed.before["unit"], entries[1].deed.after["unit"]) == (None, "C090")
    assert not any(secret in str(entry) for entry in entries)
