"""Carrying out wills: a call that nobody closed is closed, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import attrs
from attrs import frozen

from ivr.calls.fence import Switch, SwitchUnknown
from ivr.calls.record import Callback, CallLedger, CallRecord, Outcome
from ivr.kernel.errors import StoreAway
from ivr.kernel.ids import CallId
from ivr.kernel.log import logger
from ivr.kernel.units import Seconds
from ivr.storage.wills import WillFolder
from ivr.telephony.recordings import cut_recording
from ivr.tickets.model import NewTicket, Ticket
from ivr.tickets.will import Will


@frozen
class SettlingLedger:
    """`ivr.calls.record.CallLedger`: whoever closes a call settles its will.

    Except who came when the caller had gone, and knows nothing of what they said to the process
    before: that one's will is carried out instead.
    """

    ledger: CallLedger
    wills: WillFolder

    async def close(self, record: CallRecord, callback: Callback | None) -> None:
        left = record.knows_nothing and await asyncio.to_thread(self.wills.holds, record.call)
        if not left:
            await self.ledger.close(record, callback)
            await asyncio.to_thread(self.wills.forget, record.call)


class Registrar(Protocol):
    """Who gives a ticket its number, once for a key."""

    async def register(self, new: NewTicket) -> Ticket: ...


class Calls(CallLedger, Protocol):
    """What is known of closed calls."""

    async def find(self, call: CallId) -> CallRecord | None: ...


@frozen
class Executor:
    """Carries out wills of calls that ended while nobody served them.

    Safe to run on several nodes and to be cut anywhere: the ticket has the key that the flow
    would have used, the record is written once for a call. `talked` says whether the switch
    connected the caller to somebody; it may read the disk.
    """

    wills: WillFolder
    tickets: Registrar
    calls: Calls
    switch: Switch
    recordings: Path
    talked: Callable[[CallId], bool]
    after: Seconds

    async def execute(self) -> int:
        """Calls closed in this round; stops when switch or store can not be asked."""
        done = 0
        for will in await asyncio.to_thread(self.wills.older_than, self.after):
            try:
                done += await self._one(will)
            except (StoreAway, SwitchUnknown):
                break
        return done

    async def _one(self, will: Will) -> bool:
        call = will.facts.call
        known = await self.calls.find(call) is not None
        if not known:
            if await self.switch.holds(will.facts):
                return False
            await self._carry_out(will)
        await asyncio.to_thread(self.wills.forget, call)
        return not known

    async def _carry_out(self, will: Will) -> None:
        record, callback = will.record, will.callback
        new = await asyncio.to_thread(self._message, will)
        if new is not None:
            ticket = await self.tickets.register(new)
            record = attrs.evolve(record, ticket=ticket.number, outcome=Outcome.TICKET)
            callback = callback and attrs.evolve(callback, recording=ticket.recording)
        if callback is not None and await asyncio.to_thread(self.talked, will.facts.call):
            callback = None
        await self.calls.close(record, callback)
        logger().warning("call closed by its will", call=record.call, ticket=record.ticket)

    def _message(self, will: Will) -> NewTicket | None:
        """What the caller said, when it holds words."""
        if will.ticket is None:
            return None
        recording = cut_recording(self.recordings / will.ticket.recording)
        if recording.is_empty:
            return None
        return attrs.evolve(
            will.ticket, recording=recording.path, duration=float(recording.duration)
        )
