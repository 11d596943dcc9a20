"""What should become of a call whose process dies and whose caller then hangs up.

Asterisk finishes a recording, and a caller waits on in a queue, while no process of ours serves
the call. Most callers are taken up by another process. For one who hangs up just then, the will
that was left before is carried out.
"""

from __future__ import annotations

from typing import Protocol

from attrs import frozen

from ivr.calls.record import Callback, CallRecord
from ivr.kernel.ids import CallId
from ivr.telephony.call import CallFacts
from ivr.tickets.model import NewTicket


@frozen
class Will:
    """The call as it stood. In `ticket` the recording is a name, and may never have come to be.

    Without a `callback` nothing is owed: the call is written down, no more.
    """

    facts: CallFacts
    record: CallRecord
    callback: Callback | None = None
    ticket: NewTicket | None = None


class Wills(Protocol):
    """Where wills are kept, one for a call: the last one counts."""

    async def leave(self, will: Will) -> None:
        """Survives a power cut. Never raises: a call goes on without a will."""

    async def settle(self, call: CallId) -> None:
        """The call has been closed in the ordinary way."""


class NoWills:
    """Where a call that is cut is lost, as on an administrator's terminal."""

    async def leave(self, will: Will) -> None:
        """Nothing is kept."""

    async def settle(self, call: CallId) -> None:
        """There is none."""
