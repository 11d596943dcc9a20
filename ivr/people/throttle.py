"""Guessing made slow: by account and address together, by account, and by address."""

from __future__ import annotations

from typing import Final

from ivr.kernel.people import AccountName
from ivr.kernel.tally import Tally
from ivr.kernel.units import seconds
from ivr.people.errors import TooManyTries

WINDOW: Final = seconds(15 * 60)
# Somebody at one place guesses at one account; at many accounts; many places at one account. The
# last is high: locking an account out must cost an attacker more than it costs its owner.
PAIR_LIMIT: Final = 5
ADDRESS_LIMIT: Final = 30
ACCOUNT_LIMIT: Final = 60


class Throttle:
    """Counts every try when it begins, and takes it back when it was right.

    Were failures counted when they are known, a thousand tries sent at one moment would all be
    admitted. A success clears the pair, not the address.
    """

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    async def admit(self, name: AccountName, address: str) -> None:
        """Raises `TooManyTries` before the password is looked at: right ones do not pass either.

        What one count refuses is not counted by the next: who guesses at one account from one
        place shuts nobody else out.
        """
        for key, limit in _limits(name, address):
            if await self._tally.add(key, within=WINDOW) > limit:
                raise TooManyTries(WINDOW)

    async def right(self, name: AccountName, address: str) -> None:
        """The try that was admitted was none of guessing."""
        for key, _ in _limits(name, address):
            await self._tally.take_back(key)

    async def passed(self, name: AccountName, address: str) -> None:
        """They are who they say: what failed before is forgotten."""
        await self.right(name, address)
        await self._tally.forget(_pair(name, address))

    async def first_use(self, name: AccountName, step: int) -> bool:
        """Whether this one-time code has not been taken before."""
        return await self._tally.add(f"code {name} {step}", within=WINDOW) == 1


def _limits(name: AccountName, address: str) -> tuple[tuple[str, int], ...]:
    return (
        (_pair(name, address), PAIR_LIMIT),
        (f"sign-in from {address}", ADDRESS_LIMIT),
        (f"sign-in as {name}", ACCOUNT_LIMIT),
    )


def _pair(name: AccountName, address: str) -> str:
    return f"sign-in as {name} from {address}"
