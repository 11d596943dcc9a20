"""Keeping accounts: made, given a role and a scope, disabled, helped when something was lost."""

from __future__ import annotations

import re
from typing import Final, Protocol

import attrs
from attrs import frozen

from ivr.kernel.audit import Deed, Json
from ivr.kernel.clock import Clock
from ivr.kernel.people import Account, AccountName, Level, Role
from ivr.people import passwords
from ivr.people.codes import new_secret, step_of
from ivr.people.errors import (
    BadName,
    BadScope,
    CodeIsOn,
    NotYourself,
    WrongCredentials,
)
from ivr.people.permissions import Permission, require
from ivr.people.sessions import Digest, Sessions
from ivr.people.throttle import Throttle

NAME: Final = re.compile(r"[a-z][a-z0-9._-]{1,31}", re.ASCII)
LONGEST_PERSON: Final = 40

COMMAND_LINE: Final = AccountName("命令行")
"""Who did it, when it was done on the machine itself; no account can be called so."""


class AccountBook(Protocol):
    """Accounts as they are kept; deeds are written with the change. All raise `StoreAway`."""

    async def of(self, name: AccountName) -> Account:
        """Raises `NoSuchAccount`."""

    async def all(self) -> tuple[Account, ...]:
        """By name, also those that were disabled."""

    async def add(self, account: Account, deed: Deed, *, password: str) -> Account:
        """Raises `NameTaken`."""

    async def change(self, account: Account, deed: Deed) -> Account:
        """Everything but password and secret. Raises `NoSuchAccount`.

        Raises `LastAdministrator` when nobody would be left in charge; of two who disable each
        other at one moment, the second is told.
        """

    async def set_password(
        self, name: AccountName, deed: Deed, *, password: str, must_change: bool
    ) -> None: ...

    async def set_code_secret(self, name: AccountName, secret: str | None, deed: Deed) -> None: ...

    async def verify(self, name: AccountName, *, password: str) -> Account | None: ...


class Units(Protocol):
    """What is known of the units an account may belong to."""

    def has_unit(self, code: str) -> bool: ...


@frozen
class Wanted:
    """An account as its keeper wants it."""

    role: Role
    person: str = ""
    level: Level | None = None
    unit: str | None = None

    def on(self, account: Account) -> Account:
        """The account as wanted."""
        return attrs.evolve(
            account, role=self.role, person=self.person, level=self.level, unit=self.unit
        )


class AccountKeeping:
    """`by` is who asks; None is somebody on the machine itself, who may do anything.

    Methods raise `NotAllowed`, `NoSuchAccount` and `StoreAway`.
    """

    def __init__(self, book: AccountBook, sessions: Sessions, units: Units, clock: Clock) -> None:
        self._book = book
        self._sessions = sessions
        self._units = units
        self._clock = clock

    async def all(self, by: Account | None) -> tuple[Account, ...]:
        _allow(by)
        return await self._book.all()

    async def of(self, name: AccountName, by: Account | None) -> Account:
        _allow(by)
        return await self._book.of(name)

    async def create(self, name: AccountName, wanted: Wanted, by: Account | None) -> str:
        """The temporary password, to be told once.

        Raises `BadName`, `BadScope` and `NameTaken`.
        """
        _allow(by)
        if NAME.fullmatch(name) is None:
            raise BadName
        self._judge(wanted)
        account = wanted.on(Account(name, wanted.role, self._clock.now(), must_change=True))
        password = passwords.temporary()
        deed = _deed(by, "account.created", name, after=_told(account))
        await self._book.add(account, deed, password=password)
        return password

    async def change(self, name: AccountName, wanted: Wanted, by: Account | None) -> Account:
        """Raises `BadScope`, `NotYourself` and `LastAdministrator`."""
        _allow(by)
        self._judge(wanted)
        before = await self._book.of(name)
        if before.role is not wanted.role:
            _not_yourself(before, by)
        after = wanted.on(before)
        return await self._save("account.changed", before, after, by)

    async def disable(self, name: AccountName, by: Account | None, *, disabled: bool) -> Account:
        """Raises `NotYourself` and `LastAdministrator`. Who is signed in is signed out."""
        _allow(by)
        before = await self._book.of(name)
        if disabled:
            _not_yourself(before, by)
        after = attrs.evolve(before, disabled=disabled)
        saved = await self._save(
            "account.disabled" if disabled else "account.enabled", before, after, by
        )
        if disabled:
            await self._sessions.close_all(name)
        return saved

    async def reset(self, name: AccountName, by: Account | None) -> str:
        """Another temporary password; who is signed in is signed out."""
        _allow(by)
        await self._book.of(name)
        password = passwords.temporary()
        deed = _deed(by, "account.password-reset", name)
        await self._book.set_password(name, deed, password=password, must_change=True)
        await self._sessions.close_all(name)
        return password

    async def drop_code(self, name: AccountName, by: Account | None) -> None:
        """For somebody who lost the telephone with the app."""
        _allow(by)
        await self._book.of(name)
        await self._book.set_code_secret(name, None, _deed(by, "account.code-off", name))
        await self._sessions.close_all(name)

    def _judge(self, wanted: Wanted) -> None:
        if wanted.unit is not None and not self._units.has_unit(wanted.unit):
            raise BadScope(f"名录里没有“{wanted.unit[:20]}”这个单位")
        if len(wanted.person) > LONGEST_PERSON:
            raise BadScope(f"姓名最多{LONGEST_PERSON}个字")
        if wanted.role is Role.HANDLER and wanted.unit is None:
            raise BadScope("承办人须选择所在的单位")
        if wanted.role is Role.ADMINISTRATOR and (wanted.unit or wanted.level):
            raise BadScope("管理员能改所有账号，不能只负责一级或一个单位")

    async def _save(
        self, what: str, before: Account, after: Account, by: Account | None
    ) -> Account:
        deed = _deed(by, what, before.name, before=_told(before), after=_told(after))
        return await self._book.change(after, deed)


class OwnAccount:
    """What everybody may do with their own account."""

    def __init__(
        self, book: AccountBook, sessions: Sessions, throttle: Throttle, clock: Clock
    ) -> None:
        self._book = book
        self._sessions = sessions
        self._throttle = throttle
        self._clock = clock

    async def change_password(self, me: Account, mine: Digest, *, old: str, new: str) -> None:
        """Other sign-ins end. Raises `WrongCredentials`, `TooManyTries` and `WeakPassword`."""
        await self._prove(me, old, "现在的口令不对")
        passwords.judge(new, me.name)
        deed = _deed(me, "account.password", me.name)
        await self._book.set_password(me.name, deed, password=new, must_change=False)
        await self._sessions.close_all(me.name, but=mine)

    def new_secret(self) -> str:
        """To be put into an app, and proved with a code before it counts."""
        return new_secret()

    async def switch_code_on(self, me: Account, secret: str, code: str) -> None:
        """Raises `WrongCredentials` when the code is not this secret's, and `CodeIsOn`."""
        if me.two_factor:
            raise CodeIsOn
        if step_of(code, secret, self._clock.now()) is None:
            raise WrongCredentials("验证码不对，请核对手机时间后输入应用里当前的6位数字")
        await self._book.set_code_secret(me.name, secret, _deed(me, "account.code-on", me.name))

    async def switch_code_off(self, me: Account, *, password: str) -> None:
        """Raises `WrongCredentials` and `TooManyTries`."""
        await self._prove(me, password, "口令不对")
        await self._book.set_code_secret(me.name, None, _deed(me, "account.code-off", me.name))

    async def _prove(self, me: Account, password: str, wrong: str) -> None:
        """Somebody at a desk that was left alone must not guess either."""
        here = f"own account of {me.name}"
        await self._throttle.admit(me.name, here)
        if await self._book.verify(me.name, password=password) is None:
            raise WrongCredentials(wrong)
        await self._throttle.passed(me.name, here)


def _allow(by: Account | None) -> None:
    if by is not None:
        require(by, Permission.KEEP_ACCOUNTS)


def _not_yourself(account: Account, by: Account | None) -> None:
    if by is not None and by.name == account.name:
        raise NotYourself


def _deed(
    by: Account | None, what: str, name: AccountName, *, before: Json = None, after: Json = None
) -> Deed:
    who = COMMAND_LINE if by is None else by.name
    return Deed(who, what, f"account/{name}", before=before, after=after)


def _told(account: Account) -> Json:
    return {
        "person": account.person,
        "role": account.role.value,
        "level": account.level.value if account.level else None,
        "unit": account.unit,
        "disabled": account.disabled,
    }
