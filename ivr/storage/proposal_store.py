"""Proposals to publish a table, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from attrs import evolve
from sqlalchemy import RowMapping, Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.kernel.audit import Deed
from ivr.kernel.clock import Clock
from ivr.kernel.people import AccountName
from ivr.storage import tables
from ivr.storage.audit import write_deed
from ivr.storage.database import Database
from ivr.storage.rows import columns
from ivr.tables.errors import NoSuchProposal, ProposalMoved
from ivr.tables.values import NewProposal, Proposal, ProposalId, ProposalState

PAGE: Final = 50

_PROPOSAL: Final = tables.table_proposal
_FACTS: Final = [column for column in _PROPOSAL.columns if column.name != "body"]


class SqlProposals:
    """`ivr.tables.ports.Proposals`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, new: NewProposal, deed: Deed) -> Proposal:
        now = self._clock.now()
        row = {**columns(new), "submitted": now}
        query = _PROPOSAL.insert().values(row).returning(*_FACTS)
        async with self._database.writing() as connection:
            proposal = _proposal((await connection.execute(query)).mappings().one())
            await write_deed(connection, now, evolve(deed, subject=_subject(proposal)))
        return proposal

    async def get(self, proposal: ProposalId) -> Proposal:
        found = await self._select(select(*_FACTS).where(_PROPOSAL.c.id == proposal))
        if not found:
            raise NoSuchProposal(proposal)
        return found[0]

    async def body(self, proposal: ProposalId) -> bytes:
        query = select(_PROPOSAL.c.body).where(_PROPOSAL.c.id == proposal)
        async with self._database.reading() as connection:
            body: bytes | None = (await connection.execute(query)).scalar_one_or_none()
        if body is None:
            raise NoSuchProposal(proposal)
        return body

    async def newest(self, limit: int = PAGE) -> tuple[Proposal, ...]:
        return await self._select(select(*_FACTS).order_by(_PROPOSAL.c.id.desc()).limit(limit))

    async def due(self, at: datetime) -> tuple[Proposal, ...]:
        waits = _PROPOSAL.c.state == ProposalState.SCHEDULED.value
        come = or_(_PROPOSAL.c.publish_at.is_(None), _PROPOSAL.c.publish_at <= at)
        return await self._select(select(*_FACTS).where(waits, come).order_by(_PROPOSAL.c.id))

    async def decide(self, known: Proposal, state: ProposalState, deed: Deed) -> Proposal:
        now = self._clock.now()
        async with self._database.writing() as connection:
            facts = {"decided_by": deed.who, "decided": now, "decision": deed.why}
            decided = await move_on(connection, known, {"state": state.value, **facts})
            await write_deed(connection, now, deed)
        return decided

    async def _select(self, query: Select[Any]) -> tuple[Proposal, ...]:
        async with self._database.reading() as connection:
            return tuple(_proposal(row) for row in (await connection.execute(query)).mappings())


async def move_on(connection: AsyncConnection, known: Proposal, values: dict[str, Any]) -> Proposal:
    """Change the proposal in the transaction of `connection`, if it is still as it is known."""
    change = (
        update(_PROPOSAL)
        .where(_PROPOSAL.c.id == known.id, _PROPOSAL.c.state == known.state.value)
        .values(values)
        .returning(*_FACTS)
    )
    row = (await connection.execute(change)).mappings().one_or_none()
    if row is None:
        query = select(_PROPOSAL.c.state).where(_PROPOSAL.c.id == known.id)
        state = (await connection.execute(query)).scalar_one_or_none()
        raise ProposalMoved(known.id, state or "")
    return _proposal(row)


def _subject(proposal: Proposal) -> str:
    return f"proposal/{proposal.id}"


def _proposal(row: RowMapping) -> Proposal:
    decided_by = row["decided_by"]
    facts = {
        "state": ProposalState(row["state"]),
        "decided_by": None if decided_by is None else AccountName(decided_by),
    }
    return Proposal(**{**row, **facts})
