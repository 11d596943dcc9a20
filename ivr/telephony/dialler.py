"""Calls that go out on our own initiative: the one place that asks the switch to originate.

What is asked for is always the same: ``Local/<digits>@hotline-callback/n``, joined to the fixed
extension of that context. The switch rings an operator first and checks everything again
(docs/decisions/0021-calls-that-go-out.md).
"""

from __future__ import annotations

import contextlib
from collections.abc import Container, Mapping
from typing import Final, Protocol

from attrs import frozen

from ivr.kernel.clock import Clock
from ivr.kernel.errors import HotlineError, StoreAway
from ivr.telephony.dialling_rules import (
    DIALLABLE,
    AfterHours,
    AttemptKey,
    Caps,
    Hours,
    NationalForms,
    NotAllowed,
    NotDialled,
    Refusal,
)
from ivr.telephony.manager_protocol import ActionRefused

CONTEXT: Final = "hotline-callback"
RING: Final = 25  # seconds for an operator to pick up; the protocol waits 30 for the answer


class NoOperator(HotlineError):
    """No operator picked up, or the switch refused; the citizen's telephone did not ring."""

    id = "no-operator"


class Manager(Protocol):
    """What we ask of the manager interface, as the user who may originate."""

    async def action(self, name: str, **fields: str) -> object: ...


class Book(Protocol):
    """What was dialled, kept where a restart does not forget it. All of it raises `StoreAway`."""

    async def owes(self, number: str) -> bool:
        """Whether somebody with this number waits to be called back."""

    async def begin(self, number: str, caps: Caps) -> AttemptKey:
        """Count one more call, or raise `CapReached`; never both for calls at the same time."""

    async def end(self, attempt: AttemptKey, *, answered: bool) -> None:
        """An operator picked up, or nobody did."""

    async def refused(self, refusal: Refusal) -> None:
        """Remember a refusal, for the counters and the alarm."""


class Alarm(Protocol):
    """Who is told at once that something was asked for that may not be."""

    def __call__(self, refusal: Refusal) -> None: ...


@frozen
class Permission:
    """What may be dialled: `lines` (directory and emergency numbers), and who is owed a call."""

    lines: Container[str]
    forms: NationalForms
    hours: Hours
    caps: Caps


@frozen
class Dialler:
    """Calls people back. Nothing but a number comes in, and nothing but its digits goes out."""

    manager: Manager
    book: Book
    permission: Permission
    clock: Clock
    alarm: Alarm

    async def call(self, number: str) -> None:
        """Ring an operator and then `number`; returns when the operator has picked up.

        Raises `NotAllowed`, `AfterHours`, `CapReached` or `StoreAway`, and then nothing has gone
        out; `NoOperator`; `ManagerAway`.
        """
        try:
            order, attempt = await self._allowed(number)
        except StoreAway:
            self.alarm(Refusal.STORE_AWAY)
            raise
        except NotDialled as why:
            self.alarm(why.refusal)
            with contextlib.suppress(StoreAway):  # the refusal stands without its record
                await self.book.refused(why.refusal)
            raise
        await self._originate(order, attempt)

    async def _allowed(self, number: str) -> tuple[Mapping[str, str], AttemptKey]:
        """Every check, the one that costs a place under the caps last."""
        order = originate(number)
        listed = number in self.permission.lines
        if not (listed or (self.permission.forms.fit(number) and await self.book.owes(number))):
            raise NotAllowed
        if not self.permission.hours.hold(self.clock.now()):
            raise AfterHours(self.permission.hours)
        return order, await self.book.begin(number, self.permission.caps)

    async def _originate(self, order: Mapping[str, str], attempt: AttemptKey) -> None:
        try:
            await self.manager.action("Originate", **order)
        except ActionRefused as why:
            await self.book.end(attempt, answered=False)
            raise NoOperator(f"没有话务员接起，或交换机不允许：{why}") from why
        await self.book.end(attempt, answered=True)


def originate(number: str) -> Mapping[str, str]:
    """The fields of the only Originate there is. Raises `NotAllowed` for what is not digits."""
    if DIALLABLE.fullmatch(number) is None:
        raise NotAllowed
    return {
        "Channel": f"Local/{number}@{CONTEXT}/n",
        "Context": CONTEXT,
        "Exten": "citizen",
        "Priority": "1",
        "Timeout": str(RING * 1000),
        "Async": "false",
    }
