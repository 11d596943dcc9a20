"""The router of a table: made in a worker process, kept beside the table by its hash."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

from attrs import frozen

from ivr.tables.ports import Routers, Workshop
from routing.table import RoutingTable, table_json


@frozen
class Compiler:
    """Makes a router of a table's JSON. `recipe` changes whenever what is made does.

    `make` is a function of a module, so that another process can be asked to run it.
    """

    recipe: str
    make: Callable[[bytes], bytes]


@frozen
class Compiling:
    """Compiled routers, made when they are missing. Raises `StoreAway`."""

    routers: Routers
    workshop: Workshop
    compiler: Compiler

    async def make(self, table: RoutingTable) -> str:
        """See that the table's router is kept; the table's hash."""
        body = await asyncio.to_thread(table_json, table)
        sha256 = hashlib.sha256(body).hexdigest()
        await self._kept(sha256, body)
        return sha256

    async def router(self, table: RoutingTable, sha256: str) -> bytes:
        """The compiled router of a table with this hash."""
        known = await self.routers.get(sha256, self.compiler.recipe)
        if known is not None:
            return known
        return await self._kept(sha256, await asyncio.to_thread(table_json, table))

    async def _kept(self, sha256: str, body: bytes) -> bytes:
        known = await self.routers.get(sha256, self.compiler.recipe)
        if known is not None:
            return known
        made = await self.workshop.run(self.compiler.make, body)
        await self.routers.put(sha256, self.compiler.recipe, made)
        return made
