"""Operators' corrections in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from attrs import evolve
from sqlalchemy import RowMapping, Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.kernel.audit import Deed
from ivr.kernel.clock import Clock
from ivr.kernel.ids import CallId
from ivr.kernel.people import AccountName
from ivr.storage import tables
from ivr.storage.audit import write_deed
from ivr.storage.database import Database
from ivr.storage.rows import columns
from ivr.tables.corrections import (
    CorrectedAlready,
    Correction,
    CorrectionId,
    CorrectionSettled,
    CorrectionState,
    NewCorrection,
    NoSuchCorrection,
    Settling,
)

_CORRECTION: Final = tables.correction
_OPEN: Final = CorrectionState.OPEN.value


class SqlCorrections:
    """`ivr.tables.corrections.Corrections`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, new: NewCorrection, deed: Deed) -> Correction:
        now = self._clock.now()
        row = {**columns(new), "made": now, "state": _OPEN}
        query = _CORRECTION.insert().values(row).returning(*_CORRECTION.columns)
        try:
            async with self._database.writing() as connection:
                made = _correction((await connection.execute(query)).mappings().one())
                await write_deed(connection, now, evolve(deed, subject=_subject(made.id)))
        except IntegrityError as why:
            raise CorrectedAlready from why
        return made

    async def get(self, corrections: Collection[CorrectionId]) -> tuple[Correction, ...]:
        query = select(_CORRECTION).where(_CORRECTION.c.id.in_(corrections))
        found = {each.id: each for each in await self._select(query)}
        for wanted in corrections:
            if wanted not in found:
                raise NoSuchCorrection(wanted)
        return tuple(found[wanted] for wanted in dict.fromkeys(corrections))

    async def open(self, limit: int) -> tuple[Correction, ...]:
        query = select(_CORRECTION).where(_CORRECTION.c.state == _OPEN)
        return await self._select(query.order_by(_CORRECTION.c.id).limit(limit))

    async def corrected(self, by: AccountName, calls: Collection[CallId]) -> frozenset[CallId]:
        query = select(_CORRECTION.c.call).where(
            _CORRECTION.c.operator == by, _CORRECTION.c.call.in_(calls)
        )
        async with self._database.reading() as connection:
            return frozenset(map(CallId, (await connection.execute(query)).scalars()))

    async def dismiss(self, settling: Settling) -> None:
        async with self._database.writing() as connection:
            await settle(connection, self._clock.now(), settling)

    async def _select(self, query: Select[Any]) -> tuple[Correction, ...]:
        async with self._database.reading() as connection:
            return tuple(_correction(row) for row in (await connection.execute(query)).mappings())


async def settle(connection: AsyncConnection, at: datetime, settling: Settling) -> None:
    """Settle them in the transaction of `connection`, each with its deed, or raise.

    Raises `NoSuchCorrection`, `CorrectionSettled`.
    """
    ours = _CORRECTION.c.id.in_(settling.corrections)
    # In the order of their numbers: two editors who want the same ones wait, and never for ever.
    query = select(_CORRECTION).where(ours).order_by(_CORRECTION.c.id).with_for_update()
    known = {row["id"]: row for row in (await connection.execute(query)).mappings()}
    for each in settling.corrections:
        if each not in known:
            raise NoSuchCorrection(each)
        if known[each]["state"] != _OPEN:
            raise CorrectionSettled(each)
    facts = {"settled_by": settling.by, "settled": at, "reason": settling.why}
    change = update(_CORRECTION).where(ours).values(state=settling.state.value, **facts)
    await connection.execute(change)
    for row in known.values():
        await write_deed(connection, at, _deed(settling, row))


async def reopen(
    connection: AsyncConnection, at: datetime, deed: Deed, *, taken_by: AccountName, since: datetime
) -> None:
    """Open again what this editor has taken since then: `deed` threw the draft away."""
    taken = (
        (_CORRECTION.c.state == CorrectionState.TAKEN.value)
        & (_CORRECTION.c.settled_by == taken_by)
        & (_CORRECTION.c.settled >= since)
    )
    unsettled = {"state": _OPEN, "settled_by": None, "settled": None, "reason": None}
    change = update(_CORRECTION).where(taken).values(unsettled).returning(_CORRECTION.c.id)
    for correction in sorted((await connection.execute(change)).scalars()):
        again = evolve(deed, what="correction.reopened", subject=_subject(correction))
        await write_deed(connection, at, again)


def _deed(settling: Settling, row: RowMapping) -> Deed:
    what = f"correction.{settling.state.value}"
    after = {"target": row["target"], "operator": row["operator"]}
    return Deed(settling.by, what, _subject(row["id"]), settling.why, after=after)


def _subject(correction: CorrectionId) -> str:
    return f"correction/{correction}"


def _correction(row: RowMapping) -> Correction:
    return Correction(**{**row, "state": CorrectionState(row["state"])})
