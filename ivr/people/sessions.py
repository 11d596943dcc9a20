"""What a sign-in leaves behind: a secret in the browser, its hash in the store."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, NewType, Protocol

from attrs import frozen

from ivr.kernel.people import Account, AccountName

Token = NewType("Token", str)
"""What the browser keeps in its cookie. Never stored, never logged."""

Digest = NewType("Digest", str)
"""What the store keeps of a token: whoever reads it can not sign in with it."""

IDLE: Final = timedelta(hours=2)  # without a request
LONGEST: Final = timedelta(hours=12)  # a working day, whatever happens
UNPROVED: Final = timedelta(minutes=5)  # between the password and the code
TOUCH_EVERY: Final = timedelta(minutes=2)  # a page view is no reason to write


class Stage(Enum):
    """How much of themselves somebody has proved."""

    PASSWORD = "password"  # noqa: S105  # a stage; the code is still asked for
    FULL = "full"


@frozen
class StoredSession:
    """One sign-in."""

    digest: Digest
    account: AccountName
    stage: Stage
    began: datetime
    seen: datetime
    address: str

    def holds(self, at: datetime) -> bool:
        if self.stage is Stage.PASSWORD:
            return at < self.began + UNPROVED
        return at < min(self.began + LONGEST, self.seen + IDLE)


@frozen
class Session:
    """Who is at the other end. `csrf` must come back with every change they ask for."""

    account: Account
    stage: Stage
    csrf: str
    began: datetime


@frozen
class Opened:
    """A new sign-in; `token` is told to the browser once."""

    token: Token
    session: Session


class Sessions(Protocol):
    """Sign-ins as they are kept. All raise `StoreAway`."""

    async def open(self, session: StoredSession) -> None: ...

    async def find(self, digest: Digest) -> tuple[StoredSession, Account] | None:
        """With its account as it is now; None also for an account that was disabled."""

    async def touch(self, digest: Digest, at: datetime) -> None: ...

    async def close(self, digest: Digest) -> None: ...

    async def close_all(self, account: AccountName, but: Digest | None = None) -> None: ...

    async def sweep(self, began_before: datetime) -> None:
        """Forget what has ended long ago."""


def new_token() -> Token:
    return Token(secrets.token_urlsafe(32))


def digest_of(token: Token) -> Digest:
    return Digest(hashlib.sha256(_bytes(token)).hexdigest())


def csrf_of(token: Token) -> str:
    """What forms carry: known to who may read the page, and to the server from the cookie."""
    return hmac.new(_bytes(token), b"form", hashlib.sha256).hexdigest()


def same(given: str, wanted: str) -> bool:
    """In a time that tells nothing."""
    return hmac.compare_digest(_bytes(given), _bytes(wanted))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
