"""Compiled routers beside the tables they were made of."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, select

from ivr.kernel.clock import Clock
from ivr.storage import tables
from ivr.storage.database import Database

_ROUTER: Final = tables.compiled_router


class SqlRouters:
    """`ivr.tables.ports.Routers`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, sha256: str, recipe: str) -> bytes | None:
        query = select(_ROUTER.c.body).where(_ROUTER.c.sha256 == sha256, _ROUTER.c.recipe == recipe)
        async with self._database.reading() as connection:
            body: bytes | None = (await connection.execute(query)).scalar_one_or_none()
        return body

    async def put(self, sha256: str, recipe: str, body: bytes) -> None:
        """Again changes nothing that matters: the same recipe makes the same bytes."""
        row = {"sha256": sha256, "recipe": recipe, "made": self._clock.now(), "body": body}
        async with self._database.writing() as connection:
            same = (_ROUTER.c.sha256 == sha256, _ROUTER.c.recipe == recipe)
            await connection.execute(delete(_ROUTER).where(*same))
            await connection.execute(_ROUTER.insert().values(row))
