"""From the spool into the stores: everything once, in order, with the time it happened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Protocol, TypeVar

import attrs
from attrs import field, frozen

from ivr.calls.record import Callback, CallRecord
from ivr.kernel.errors import HotlineError, StoreAway
from ivr.storage.packing import NotReadable, unpack
from ivr.storage.spool import SpoolFolder, SpoolItem, copy_durably
from ivr.storage.spooling import RECORD, REQUEST, TICKET, ClosedCall
from ivr.tickets.model import NewTicket, Ticket

HasRecording = TypeVar("HasRecording", Ticket, NewTicket, Callback)


class ToldTickets(Protocol):
    """Where tickets go whose number was told."""

    async def add_told(self, ticket: Ticket) -> Ticket: ...


class Registrar(Protocol):
    """Who gives a number to a request that has none."""

    async def register(self, new: NewTicket) -> Ticket: ...


class Calls(Protocol):
    """Where call records go, with the callbacks they leave owed."""

    async def close(self, record: CallRecord, callback: Callback | None) -> None: ...


@frozen
class Delivered:
    """What one round did. `left` items wait on, because the store is `away` or more came."""

    tickets: int = 0
    requests: int = 0
    records: int = 0
    set_aside: int = 0
    left: int = 0
    away: bool = field(default=False)


_COUNTED: Final = {
    TICKET: "tickets",
    REQUEST: "requests",
    RECORD: "records",
}


class Delivery:
    """Empties one spool folder.

    Delivering is safe to repeat and to cut anywhere: an item leaves the folder after the store
    has it, and the stores take a key once.
    """

    def __init__(
        self,
        folder: SpoolFolder,
        tickets: ToldTickets,
        registrar: Registrar,
        calls: Calls,
        recordings: Path,
    ) -> None:
        self._folder = folder
        self._tickets = tickets
        self._registrar = registrar
        self._calls = calls
        self._recordings = recordings
        self._delivering = asyncio.Lock()
        self._ways: dict[str, Callable[[SpoolItem], Awaitable[None]]] = {
            TICKET: self._ticket,
            REQUEST: self._request,
            RECORD: self._record,
        }

    async def deliver(self) -> Delivered:
        """One round over what waits; stops at the first sign that the store is away."""
        async with self._delivering:
            bad = await asyncio.to_thread(lambda: len(self._folder.bad))
            items = await asyncio.to_thread(self._folder.pending)
            counts, away = await self._round(items)
            left = await asyncio.to_thread(lambda: self._folder.depth)
            set_aside = await asyncio.to_thread(lambda: len(self._folder.bad)) - bad
        return Delivered(**counts, set_aside=set_aside, left=left, away=away)

    async def _round(self, items: list[SpoolItem]) -> tuple[dict[str, int], bool]:
        counts: dict[str, int] = {}
        for item in items:
            try:
                await self._way_of(item)(item)
                await asyncio.to_thread(self._folder.done, item)
            except (StoreAway, OSError):
                return counts, True
            except HotlineError as why:
                await asyncio.to_thread(self._folder.set_aside, item, f"{why.id}: {why}")
                continue
            counted = _COUNTED[item.kind]
            counts[counted] = counts.get(counted, 0) + 1
        return counts, False

    def _way_of(self, item: SpoolItem) -> Callable[[SpoolItem], Awaitable[None]]:
        try:
            return self._ways[item.kind]
        except KeyError as why:
            raise NotReadable(f"nothing is known of kind {item.kind!r}") from why

    async def _ticket(self, item: SpoolItem) -> None:
        ticket = unpack(item.payload, Ticket)
        await self._tickets.add_told(await self._with_recording(ticket, item))

    async def _request(self, item: SpoolItem) -> None:
        new = unpack(item.payload, NewTicket)
        await self._registrar.register(await self._with_recording(new, item))

    async def _record(self, item: SpoolItem) -> None:
        closed = unpack(item.payload, ClosedCall)
        callback = closed.callback
        if callback is not None:
            callback = await self._with_recording(callback, item)
        await self._calls.close(closed.record, callback)

    async def _with_recording(self, value: HasRecording, item: SpoolItem) -> HasRecording:
        """The value with its recording among all others, wherever it was made."""
        if item.attachment is None:
            return value
        target = self._recordings / Path(value.recording).name
        await asyncio.to_thread(self._bring, item.attachment, target)
        return attrs.evolve(value, recording=str(target))

    def _bring(self, attachment: Path, target: Path) -> None:
        self._recordings.mkdir(parents=True, exist_ok=True)
        copy_durably(attachment, target)
