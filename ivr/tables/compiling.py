"""The router of a table: learned in a worker process, kept by the hash of what it learned from."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

from attrs import frozen

from ivr.tables.ports import Routers, Workshop
from routing.table import RoutingTable, table_json
from routing.taught import taught_by


@frozen
class Compiler:
    """Makes a router of a table's JSON. `recipe` changes whenever what is made does.

    `make` is a function of a module, so that another process can be asked to run it. `recall`
    knows what this machine has made before, by the hash of the JSON.
    """

    recipe: str
    make: Callable[[bytes], bytes]
    recall: Callable[[str], bytes | None]


@frozen
class Lesson:
    """What a router is learned from, as JSON, and its hash."""

    body: bytes
    sha256: str

    @classmethod
    def of(cls, table: RoutingTable) -> Lesson:
        body = table_json(taught_by(table))
        return cls(body, hashlib.sha256(body).hexdigest())


@frozen
class Compiling:
    """Compiled routers. Raises `StoreAway`, and `WorkerDied` when the worker does not live."""

    routers: Routers
    workshop: Workshop
    compiler: Compiler

    async def known(self, table: RoutingTable) -> bytes | None:
        """The table's router, if it has been learned; quick."""
        return await self._known(await asyncio.to_thread(Lesson.of, table))

    async def router(self, table: RoutingTable) -> bytes:
        """The table's router; learned now, which takes two minutes, when nobody has before."""
        lesson = await asyncio.to_thread(Lesson.of, table)
        known = await self._known(lesson)
        if known is not None:
            return known
        made = await self.workshop.run(self.compiler.make, lesson.body)
        await self.routers.put(lesson.sha256, self.compiler.recipe, made)
        return made

    async def _known(self, lesson: Lesson) -> bytes | None:
        known = await self.routers.get(lesson.sha256, self.compiler.recipe)
        if known is not None:
            return known
        recalled = await asyncio.to_thread(self.compiler.recall, lesson.sha256)
        if recalled is not None:
            await self.routers.put(lesson.sha256, self.compiler.recipe, recalled)
        return recalled
