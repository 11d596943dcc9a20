"""Calls and tickets that were, as cases that another table decides again."""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy import RowMapping, select

from ivr.calls.record import Means, Told
from ivr.storage import tables
from ivr.storage.database import Database
from ivr.storage.packing import unpack
from routing.rehearse import Case, Source

_CALL: Final = tables.call_record


class SqlHistory:
    """`ivr.tables.ports.History`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cases(self, limit: int) -> tuple[Case, ...]:
        query = (
            select(_CALL.c.call, _CALL.c.told, _CALL.c.line)
            .where(_CALL.c.told.is_not(None), _CALL.c.told != "[]")
            .order_by(_CALL.c.began.desc())
            .limit(limit)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(case for row in rows for case in _cases(row))


def _cases(row: RowMapping) -> list[Case]:
    """The keys of a call are one walk; each sentence is a case of its own."""
    told = unpack(json.loads(row["told"]), tuple[Told, ...])
    keys = "".join(each.what for each in told if each.means is Means.KEY)
    said = [each for each in told if each.means is Means.WORDS]
    found = [
        Case(f"call/{row['call']}/{number}", Source.CALL, text=each.what, area=each.area)
        for number, each in enumerate(said, start=1)
    ]
    return [Case(f"call/{row['call']}", Source.CALL, keys=keys), *found] if keys else found
