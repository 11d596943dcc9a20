"""Keeping things in the spool without holding up the loop, and what is in it for whom."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from attrs import frozen

from ivr.calls.record import Callback, CallLedger, CallRecord
from ivr.kernel.errors import StoreAway
from ivr.kernel.units import Seconds
from ivr.storage.packing import NotReadable, pack, unpack
from ivr.storage.spool import SpoolFolder, SpoolItem
from ivr.tickets.model import NewTicket, Ticket

T = TypeVar("T")

TICKET: Final = "ticket"  # a Ticket whose number was told
REQUEST: Final = "request"  # a NewTicket that nobody has a number for
RECORD: Final = "record"  # a ClosedCall

NOWHERE: Final = 10_000  # calls; a minute of the busiest hour, some 20 MB


def _nobody() -> None:
    """A spool that nobody counts."""


@frozen
class ClosedCall:
    """A call record and what it left owed."""

    record: CallRecord
    callback: Callback | None


class ServiceSpool:
    """`ivr.tickets.desk.Spool` on a folder. Raises `StoreAway` when the disk refuses.

    `refused` is told of each refusal.
    """

    def __init__(self, folder: SpoolFolder, refused: Callable[[], None] = _nobody) -> None:
        self.folder = folder
        self._refused = refused
        self._came = asyncio.Event()
        self._came.set()  # an earlier process may have left something

    async def keep_ticket(self, ticket: Ticket) -> Ticket:
        item = await self._put(TICKET, ticket.key, ticket, ticket.recording)
        try:
            return unpack(item.payload, Ticket)
        except NotReadable:
            return ticket

    async def ticket(self, key: str) -> Ticket | None:
        try:
            item = await _in_thread(lambda: self.folder.find(TICKET, key))
            return unpack(item.payload, Ticket) if item else None
        except (StoreAway, NotReadable):
            return None

    async def keep_request(self, new: NewTicket) -> None:
        await self._put(REQUEST, new.key, new, new.recording)

    async def keep_call(self, closed: ClosedCall) -> None:
        recording = closed.callback.recording if closed.callback else ""
        await self._put(RECORD, closed.record.call, closed, recording)

    def wake(self) -> None:
        """Whoever waits for something to come should look now."""
        self._came.set()

    async def something_came(self, within: Seconds) -> None:
        """Return when something was put since the last time, or after so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._came.wait()
        self._came.clear()

    async def depth(self) -> int:
        return await _in_thread(lambda: self.folder.depth)

    async def _put(self, kind: str, key: str, value: object, recording: str) -> SpoolItem:
        attachment = Path(recording) if recording else None
        try:
            item = await _in_thread(lambda: self.folder.put(kind, key, pack(value), attachment))
        except StoreAway:
            self._refused()
            raise
        self._came.set()
        return item


class SpoolingLedger:
    """`ivr.calls.record.CallLedger` that keeps on disk what the ledger behind it can not take."""

    def __init__(self, ledger: CallLedger, spool: ServiceSpool) -> None:
        self._ledger = ledger
        self._spool = spool
        self._nowhere: deque[ClosedCall] = deque(maxlen=NOWHERE)

    async def close(self, record: CallRecord, callback: Callback | None) -> None:
        """Raises `StoreAway` only when the disk refuses too: then `again` tries again."""
        try:
            await self._ledger.close(record, callback)
        except StoreAway:
            await self._keep(ClosedCall(record, callback))

    async def again(self) -> None:
        """Try once more what neither the store nor the disk took. Raises `StoreAway`."""
        for _ in range(len(self._nowhere)):
            closed = self._nowhere.popleft()
            await self.close(closed.record, closed.callback)

    async def _keep(self, closed: ClosedCall) -> None:
        try:
            await self._spool.keep_call(closed)
        except StoreAway:
            self._nowhere.append(closed)
            raise


async def _in_thread(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except (OSError, ValueError) as why:  # ValueError: a path with NUL in it
        raise StoreAway(f"the spool can not be used: {why}") from why
