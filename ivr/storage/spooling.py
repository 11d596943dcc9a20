"""Keeping things in the spool without holding up the loop, and what is in it for whom."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from attrs import frozen

from ivr.calls.record import Callback, CallLedger, CallRecord
from ivr.kernel.errors import StoreAway
from ivr.storage.packing import NotReadable, pack, unpack
from ivr.storage.spool import SpoolFolder, SpoolItem
from ivr.tickets.model import NewTicket, Ticket

T = TypeVar("T")

TICKET: Final = "ticket"  # a Ticket whose number was told
REQUEST: Final = "request"  # a NewTicket that nobody has a number for
RECORD: Final = "record"  # a ClosedCall
CALLBACK: Final = "callback"  # a Callback without a record


@frozen
class ClosedCall:
    """A call record and what it left owed."""

    record: CallRecord
    callback: Callback | None


class ServiceSpool:
    """`ivr.tickets.desk.Spool` on a folder. Raises `StoreAway` when the disk refuses."""

    def __init__(self, folder: SpoolFolder) -> None:
        self._folder = folder

    async def keep_ticket(self, ticket: Ticket) -> Ticket:
        item = await self._put(TICKET, ticket.key, ticket, ticket.recording)
        try:
            return unpack(item.payload, Ticket)
        except NotReadable:
            return ticket

    async def keep_request(self, new: NewTicket) -> None:
        await self._put(REQUEST, new.key, new, new.recording)

    async def keep_call(self, closed: ClosedCall) -> None:
        recording = closed.callback.recording if closed.callback else ""
        await self._put(RECORD, closed.record.call, closed, recording)

    async def keep_callback(self, callback: Callback) -> None:
        await self._put(CALLBACK, callback.call, callback, callback.recording)

    async def depth(self) -> int:
        return await _in_thread(lambda: self._folder.depth)

    async def _put(self, kind: str, key: str, value: object, recording: str) -> SpoolItem:
        attachment = Path(recording) if recording else None
        return await _in_thread(lambda: self._folder.put(kind, key, pack(value), attachment))


class SpoolingLedger:
    """`ivr.calls.record.CallLedger` that keeps on disk what the ledger behind it can not take."""

    def __init__(self, ledger: CallLedger, spool: ServiceSpool) -> None:
        self._ledger = ledger
        self._spool = spool

    async def close(self, record: CallRecord, callback: Callback | None) -> None:
        """Raises `StoreAway` only when the disk refuses too."""
        try:
            await self._ledger.close(record, callback)
        except StoreAway:
            await self._spool.keep_call(ClosedCall(record, callback))


async def _in_thread(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except (OSError, ValueError) as why:  # ValueError: a path with NUL in it
        raise StoreAway(f"the spool can not be used: {why}") from why
