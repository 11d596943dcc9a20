"""The stores as calls meet them: an answer in a moment, or `StoreAway`.

Callers wait a moment at most; what nobody waits for takes its time, unless that is known to be in
vain. Who gets `StoreAway` goes on with the spool. What the database was still doing then may have
been kept as well; deliveries carry the same key, so that does no harm.
"""

from __future__ import annotations

from attrs import frozen

from ivr.calls.record import Callback, CallLedger, CallRecord
from ivr.kernel.ids import PhoneNumber, TicketNumber
from ivr.storage.store_watch import StoreWatch
from ivr.tickets.desk import TicketStore
from ivr.tickets.model import Ticket
from ivr.tickets.number import NumberBlocks


@frozen
class PromptTickets:
    """`ivr.tickets.desk.TicketStore` that keeps nobody waiting."""

    store: TicketStore
    watch: StoreWatch

    async def add(self, ticket: Ticket) -> Ticket:
        return await self.watch.at_once(lambda: self.store.add(ticket))

    async def find(self, number: TicketNumber) -> Ticket | None:
        return await self.watch.at_once(lambda: self.store.find(number))

    async def of_caller(self, caller: PhoneNumber, limit: int) -> tuple[Ticket, ...]:
        return await self.watch.at_once(lambda: self.store.of_caller(caller, limit))


@frozen
class WatchedBlocks:
    """`ivr.tickets.number.NumberBlocks`: a lease is never cut short, or its block would be lost."""

    blocks: NumberBlocks
    watch: StoreWatch

    async def lease(self, node: str, size: int) -> range:
        return await self.watch.unless_away(lambda: self.blocks.lease(node, size))


@frozen
class WatchedLedger:
    """`ivr.calls.record.CallLedger`: the caller has gone, only we wait."""

    ledger: CallLedger
    watch: StoreWatch

    async def close(self, record: CallRecord, callback: Callback | None) -> None:
        await self.watch.unless_away(lambda: self.ledger.close(record, callback))
