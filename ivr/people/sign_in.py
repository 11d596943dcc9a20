"""Signing in and out: password, one-time code, and who is there now."""

from __future__ import annotations

from typing import Final, Protocol

from ivr.kernel.audit import AuditLog, Deed
from ivr.kernel.clock import Clock
from ivr.kernel.people import Account, AccountName
from ivr.people.codes import step_of
from ivr.people.errors import NotSignedIn, WrongCredentials
from ivr.people.sessions import (
    LONGEST,
    TOUCH_EVERY,
    Opened,
    Session,
    Sessions,
    Stage,
    StoredSession,
    Token,
    csrf_of,
    digest_of,
    new_token,
)
from ivr.people.throttle import Throttle

NAME_SHOWN: Final = 40  # of what somebody typed, in the log


class Proofs(Protocol):
    """What the store knows of passwords and secrets. Both raise `StoreAway`."""

    async def verify(self, name: AccountName, *, password: str) -> Account | None: ...

    async def code_secret(self, name: AccountName) -> str | None: ...


class SignIn:
    """Every method raises `StoreAway`."""

    def __init__(
        self,
        proofs: Proofs,
        sessions: Sessions,
        throttle: Throttle,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._proofs = proofs
        self._sessions = sessions
        self._throttle = throttle
        self._audit = audit
        self._clock = clock

    async def with_password(self, name: AccountName, *, password: str, address: str) -> Opened:
        """The first proof, the only one without a second.

        Raises `WrongCredentials` or `TooManyTries`.
        """
        await self._throttle.admit(name, address)
        account = await self._proofs.verify(name, password=password)
        if account is None or account.disabled:
            await self._refuse(name, address, "口令不对" if account is None else "账号已停用")
            raise WrongCredentials
        if account.two_factor:
            await self._throttle.right(name, address)
            return await self._open(account, Stage.PASSWORD, address)
        return await self._enter(account, address)

    async def with_code(self, token: Token, code: str, *, address: str) -> Opened:
        """The second proof. Raises `NotSignedIn`, `WrongCredentials` or `TooManyTries`."""
        found = await self._sessions.find(digest_of(token))
        if found is None or not found[0].holds(self._clock.now()):
            raise NotSignedIn
        account = found[1]
        await self._throttle.admit(account.name, address)
        if not await self._is_right(account.name, code):
            await self._refuse(account.name, address, "验证码不对")
            raise WrongCredentials("验证码不对，请输入应用里当前的6位数字")
        await self._sessions.close(digest_of(token))
        return await self._enter(account, address)

    async def whose(self, token: Token) -> Session | None:
        """Who is at the other end; None when the sign-in has ended or never was."""
        digest, now = digest_of(token), self._clock.now()
        found = await self._sessions.find(digest)
        if found is None:
            return None
        stored, account = found
        if not stored.holds(now):
            await self._sessions.close(digest)
            return None
        if now - stored.seen >= TOUCH_EVERY:
            await self._sessions.touch(digest, now)
        return Session(account, stored.stage, csrf_of(token), stored.began)

    async def out(self, token: Token) -> None:
        await self._sessions.close(digest_of(token))

    async def _is_right(self, name: AccountName, code: str) -> bool:
        secret = await self._proofs.code_secret(name)
        step = None if secret is None else step_of(code, secret, self._clock.now())
        return step is not None and await self._throttle.first_use(name, step)

    async def _enter(self, account: Account, address: str) -> Opened:
        opened = await self._open(account, Stage.FULL, address)
        await self._throttle.passed(account.name, address)
        await self._audit.add(Deed(account.name, "sign-in", f"account/{account.name}", address))
        return opened

    async def _open(self, account: Account, stage: Stage, address: str) -> Opened:
        token, now = new_token(), self._clock.now()
        await self._sessions.sweep(now - LONGEST)
        stored = StoredSession(digest_of(token), account.name, stage, now, now, address)
        await self._sessions.open(stored)
        return Opened(token, Session(account, stage, csrf_of(token), now))

    async def _refuse(self, name: AccountName, address: str, why: str) -> None:
        shown = AccountName(name[:NAME_SHOWN])
        await self._audit.add(
            Deed(shown, "sign-in.refused", f"account/{shown}", f"{why}，来自{address}")
        )
