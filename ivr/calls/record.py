"""What is kept of a call: one record when it ends, and a callback when somebody is owed one."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final, Protocol

from attrs import frozen

from ivr.kernel.ids import CallId, OperatorId, PhoneNumber, TicketNumber
from routing.ids import LineCode, TableVersion

OPERATOR: Final = "operator"  # the step of a caller who wants a human, until they are done
GONE: Final = "caller-gone"  # the last step of a call that the caller ended


class Outcome(Enum):
    """How a call ended, for the caller."""

    CONNECTED = "connected"  # talked to a unit
    OPERATOR = "operator"  # talked to an operator
    TICKET = "ticket"  # left a message that became a ticket
    PROGRESS = "progress"  # heard how their ticket stands
    ABANDONED = "abandoned"  # hung up before any of these
    FAULT = "fault"  # our fault ended it; the log says why


class CallbackReason(Enum):
    """Why somebody is to be called back."""

    LOST_IN_QUEUE = "lost-in-queue"
    LOST_IN_MESSAGE = "lost-in-message"
    NO_OPERATOR = "no-operator"


@frozen
class Step:
    """A place in the flow and when the caller came there."""

    name: str
    at: datetime


class Means(Enum):
    """How a caller told us something."""

    KEY = "key"
    WORDS = "words"


@frozen
class Told:
    """What a caller told us that decided where they went: kept so that it can be decided again.

    `at` is the question it answers (a menu's node, an area question, "" for free speech), `what`
    the key or the sentence, `area` the area that was known then.
    """

    means: Means
    at: str
    what: str
    area: str = ""


@frozen
class CallRecord:
    """One call, written once, when it has ended.

    `steps` tells how far the caller came, in order; times are aware.
    """

    call: CallId
    caller: PhoneNumber
    dialled: str
    began: datetime
    ended: datetime
    outcome: Outcome
    steps: tuple[Step, ...]
    table: TableVersion
    node: str
    line: LineCode | None = None
    ticket: TicketNumber | None = None
    operator: OperatorId | None = None
    waited: float | None = None  # seconds in the operator queue
    talked: float | None = None  # seconds with a unit or an operator
    satisfaction: int | None = None  # 1 very satisfied .. 5 very dissatisfied
    told: tuple[Told, ...] = ()

    @property
    def knows_nothing(self) -> bool:
        """The caller had gone before whoever wrote this could ask where the call stood."""
        return [step.name for step in self.steps] == [GONE]


@frozen
class Callback:
    """Somebody to call back. `recording` is what they had said before they were lost, or ''."""

    call: CallId
    caller: PhoneNumber
    reason: CallbackReason
    due: datetime
    line: LineCode | None = None
    recording: str = ""


class CallLedger(Protocol):
    """Where call records go.

    Closing the same call again changes nothing. When the store is away it raises
    `StoreAway`; the caller of this port keeps the record and tries again.
    """

    async def close(self, record: CallRecord, callback: Callback | None) -> None:
        """Write the record, its callback and their events in one transaction."""
