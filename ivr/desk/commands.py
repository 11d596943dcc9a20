"""The one road from people at a desk to the telephones: operators in the queue, over AMI."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Protocol

from attrs import frozen

from ivr.kernel.errors import HotlineError
from ivr.kernel.ids import OperatorId
from ivr.kernel.people import AccountName

OPERATOR_ID: Final = re.compile(r"[0-9]{3,6}")
REASON_LIMIT: Final = 40


class NoSuchOperator(HotlineError):
    """Not an operator's seat number."""

    id = "no-such-operator"


class Fields(Protocol):
    """What we read of a manager event."""

    def get(self, key: str) -> str: ...


class Manager(Protocol):
    """What we ask of the manager interface."""

    async def action(self, name: str, **fields: str) -> object: ...

    async def listing(self, name: str, **fields: str) -> Sequence[Fields]: ...


@frozen
class Seat:
    """An operator in the queue, as the switch sees them; `who` is as in `OperatorPresence`."""

    operator: OperatorId
    paused: bool
    reason: str
    in_call: bool
    taken: int
    reachable: bool
    who: AccountName | None = None


@frozen
class OperatorCommands:
    """Log in, log out, pause: each refused by name when the switch refuses it."""

    manager: Manager
    queue: str

    async def login(self, operator: OperatorId, who: AccountName | None = None) -> None:
        """`who` sits there from now on. The switch refuses a seat that is logged in already."""
        interface = _interface(operator)
        await self.manager.action(
            "QueueAdd",
            Queue=self.queue,
            Interface=interface,
            StateInterface=interface,
            MemberName=_member(operator, who),
            Penalty="0",
        )

    async def logout(self, operator: OperatorId) -> None:
        await self.manager.action("QueueRemove", Queue=self.queue, Interface=_interface(operator))

    async def pause(self, operator: OperatorId, *, paused: bool, reason: str = "") -> None:
        await self.manager.action(
            "QueuePause",
            Queue=self.queue,
            Interface=_interface(operator),
            Paused="true" if paused else "false",
            Reason=reason[:REASON_LIMIT],
        )

    async def seats(self) -> tuple[Seat, ...]:
        """Everybody in the queue, by seat number."""
        listed = await self.manager.listing("QueueStatus", Queue=self.queue)
        members = [event for event in listed if event.get("Event") == "QueueMember"]
        return tuple(sorted(map(_seat, members), key=lambda seat: seat.operator))


# Asterisk's device states: 4 is invalid, 5 unavailable.
_UNREACHABLE = ("4", "5")


def _seat(member: Fields) -> Seat:
    return Seat(
        operator=OperatorId(operator_of(member.get("StateInterface"))),
        paused=member.get("Paused") == "1",
        reason=member.get("PausedReason"),
        in_call=member.get("InCall") == "1",
        taken=int(member.get("CallsTaken") or "0"),
        reachable=member.get("Status") not in _UNREACHABLE,
        who=who_sits(member.get("Name")),
    )


# The switch keeps who sits at a seat in the name it has for the seat's telephone: "1001/anna".
# So it ends when the seat is logged out, whoever does that, and all nodes are told of it.
_SITS: Final = "/"


def _member(operator: OperatorId, who: AccountName | None) -> str:
    return f"{operator}{_SITS}{who}" if who else operator


def who_sits(member: str) -> AccountName | None:
    """The account in the name of a queue's member, None where it names a seat alone."""
    return AccountName(member.partition(_SITS)[2]) or None


def _interface(operator: OperatorId) -> str:
    if not OPERATOR_ID.fullmatch(operator):
        raise NoSuchOperator(f"座席号应是三到六位数字，不是“{operator[:12]}”")
    return f"PJSIP/op{operator}"


def operator_of(interface: str) -> str:
    """The seat behind an interface: PJSIP/op1001 (or a channel of it) is 1001; else ''."""
    found = re.fullmatch(r"PJSIP/op([0-9]{3,6})(-[0-9a-f]+)?", interface)
    return found[1] if found else ""
