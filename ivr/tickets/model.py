"""A ticket (工单) as it leaves the store: only values."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import attrs
from attrs import frozen

from ivr.kernel.errors import HotlineError, StoreAway
from ivr.kernel.ids import CallId, PhoneNumber, TicketNumber
from routing.ids import LineCode, TableVersion, UnitCode


class NoSuchTicket(HotlineError):
    """No ticket has this number."""

    id = "no-such-ticket"

    def __init__(self, number: TicketNumber) -> None:
        super().__init__(f"no ticket has the number {number}")
        self.number = number


class NumberTaken(HotlineError):
    """Another ticket has this number: two sites share a secret, or a backup was restored."""

    id = "number-taken"

    def __init__(self, number: TicketNumber) -> None:
        super().__init__(f"the number {number} already belongs to another ticket")
        self.number = number


class MessageKept(HotlineError):
    """What the caller left is safe on disk and becomes a ticket later, but has no number now."""

    id = "message-kept"

    def __init__(self, key: str) -> None:
        super().__init__(f"request {key} is kept on disk; no ticket number can be given now")
        self.key = key


class TicketState(Enum):
    """Where a ticket stands. The Chinese words are the ones officers use."""

    WAITING = "waiting"  # 待派单: accepted, not yet with the unit
    DISPATCHED = "dispatched"  # 待签收
    HANDLING = "handling"  # 办理中
    REPLIED = "replied"  # 待回访
    CLOSED = "closed"  # 已办结


class Channel(Enum):
    """How a request reached us."""

    CALL = "call"
    FALLBACK = "fallback"  # recorded by the script on the switch while the service was away
    CHAT = "chat"  # written on the chat page


@frozen
class NewTicket:
    """What a flow knows when it opens a ticket.

    `key` makes opening idempotent: the same key never makes a second ticket. `recording`
    is the message's path, `words` what was written instead of spoken. `line` is None when the
    caller never said what it is about. `number` is one that was reserved for it: whoever opens the
    ticket then gives it the same. `danger`: somebody's life or property was at risk (危及生命财产).
    """

    key: str
    call: CallId
    caller: PhoneNumber
    line: LineCode | None
    unit: UnitCode | None
    recording: str
    duration: float
    happened: datetime
    table: TableVersion
    channel: Channel = Channel.CALL
    words: str = ""
    number: TicketNumber | None = None
    danger: bool = False

    def numbered(self, number: TicketNumber, *, opened: datetime, due: datetime) -> Ticket:
        """The ticket, as it waits for somebody to take it on."""
        known = attrs.asdict(self, recurse=False)
        del known["danger"]  # what it means for the ticket is `due`
        known["number"] = number
        return Ticket(**known, opened=opened, due=due, state=TicketState.WAITING)


@frozen
class Ticket:
    """A ticket. `due` is aware: the end of a working day, or so many hours on (`deadline`)."""

    number: TicketNumber
    key: str
    call: CallId
    caller: PhoneNumber
    line: LineCode | None
    unit: UnitCode | None
    recording: str
    duration: float
    happened: datetime
    opened: datetime
    due: datetime
    table: TableVersion
    state: TicketState
    channel: Channel
    satisfaction: int | None = None
    words: str = ""


__all__ = [
    "Channel",
    "MessageKept",
    "NewTicket",
    "NoSuchTicket",
    "NumberTaken",
    "StoreAway",
    "Ticket",
    "TicketState",
]
