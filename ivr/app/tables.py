"""The table in force, in memory: calls read it here and never from the database."""

from __future__ import annotations

import asyncio
from datetime import date

from attrs import evolve, frozen

from agi_scripts import standby
from ivr.app.publishing import write_standby
from ivr.app.stores import Stores
from ivr.kernel.errors import NotConfigured, StoreAway
from ivr.kernel.files import replace_file
from ivr.kernel.log import logger
from ivr.settings import Settings
from ivr.tables.compiling import Compiling, Lesson
from ivr.tables.values import Publication
from routing.calendar import Calendar
from routing.compiled import BadCompilation
from routing.decide import Router
from routing.errors import TableDamaged
from routing.table import Snapshot, from_json


@frozen
class InForce:
    """A published table as calls need it: decided by keys and by words from the same version.

    `router` is None until it has been learned: on a new site, and after a release that learns
    otherwise. Callers go by keys then.
    """

    snapshot: Snapshot
    body: bytes
    lesson: str  # hash of what a router of it is learned from
    router: Router | None = None
    compiled: bytes | None = None

    @classmethod
    def of(cls, body: bytes) -> InForce:
        """Without its router. Raises `TableDamaged`."""
        snapshot = from_json(body)
        return cls(snapshot, body, Lesson.of(snapshot.table).sha256)

    def learned(self, compiled: bytes | None) -> InForce:
        """With its router; what was compiled of another table is none of this one."""
        try:
            router = None if compiled is None else Router.open(self.snapshot, compiled)
        except BadCompilation as why:
            logger().warning("router not usable", table=self.snapshot.number, why=str(why))
            router = None
        return evolve(self, router=router, compiled=compiled)

    def after(self, before: InForce | None) -> InForce | None:
        """With the router of the table before, if both teach the same: most publications do.

        To open a router takes a third of a second, and callers wait for the new table.
        """
        if before is None or before.router is None or before.lesson != self.lesson:
            return None
        router = before.router.renewed(self.snapshot)
        return evolve(self, router=router, compiled=before.compiled)


class TableBook:
    """What calls read: the table in force with its router, and the calendar.

    When the database is away at the start, the last table on disk serves. A published table
    is taken up by `refresh`, as a whole; calls in progress keep the one they began with.
    """

    def __init__(self, settings: Settings, stores: Stores, compiling: Compiling) -> None:
        self._settings = settings
        self._stores = stores
        self._compiling = compiling
        self._held: InForce | None = None
        self._kept: bytes | None = None  # the router on disk, as this process wrote it
        self._calendar = Calendar()
        self._looking = asyncio.Lock()

    def in_force(self) -> InForce:
        """Raises `NotConfigured` before `open` has found one."""
        if self._held is None:
            raise NotConfigured("no routing table is published: run `hotline init`")
        return self._held

    def snapshot(self) -> Snapshot:
        """The table that a call beginning now keeps to its end."""
        return self.in_force().snapshot

    def router(self) -> Router | None:
        """The router of that table, or None while it is being learned."""
        return self.in_force().router

    def calendar(self) -> Calendar:
        return self._calendar

    async def open(self) -> None:
        """The table to begin with; raises `NotConfigured` when there is none anywhere."""
        try:
            await self.refresh()
        except StoreAway as why:
            logger().warning("database away, using the last table on disk", why=str(why))
            self._fall_back()
        self.in_force()

    async def refresh(self) -> None:
        """Take up what has been published since. Raises `StoreAway`."""
        async with self._looking:
            calendar = Calendar(await self._stores.calendar.all())
            active = await self._stores.tables.in_force()
            if active is not None and not self._holds(active):
                self._held = await self._read()
                logger().info("table in force", table=self._held.snapshot.number)
            elif calendar == self._calendar:
                return
            self._calendar = calendar
            if self._held is not None:
                await asyncio.to_thread(self._keep_on_disk, self._held, calendar)

    async def learn(self) -> None:
        """Learn the router of the table in force, if nobody has; a worker takes a minute for it.

        Raises `StoreAway`.
        """
        held = self._held
        if held is None or held.router is not None:
            return
        compiled = await self._compiling.router(held.snapshot.table)
        learned = await asyncio.to_thread(held.learned, compiled)
        async with self._looking:
            if self._held is held:
                self._held = learned
                await asyncio.to_thread(self._keep_on_disk, learned, self._calendar)

    def _holds(self, active: Publication) -> bool:
        if self._held is None:
            return False
        known = self._held.snapshot
        return (known.number, known.sha256) == (active.version, active.sha256)

    async def _read(self) -> InForce:
        published = await self._stores.tables.active()
        if published is None:
            raise NotConfigured("no routing table is published: run `hotline init`")
        fresh = await asyncio.to_thread(InForce.of, published.body)
        followed = fresh.after(self._held)
        if followed is not None:
            return followed
        known = await self._compiling.known(fresh.snapshot.table)
        return await asyncio.to_thread(fresh.learned, known)

    def _keep_on_disk(self, held: InForce, calendar: Calendar) -> None:
        if held.compiled is not None and held.compiled is not self._kept:
            replace_file(self._settings.router, held.lesson.encode() + held.compiled)
            self._kept = held.compiled
        write_standby(self._settings, held.body, calendar)

    def _fall_back(self) -> None:
        try:
            body = self._settings.snapshot.read_bytes()
            held = InForce.of(body)
            self._held = held.learned(self._kept_router(held.lesson))
        except (OSError, TableDamaged) as why:
            raise NotConfigured(f"no table in the database and none on disk: {why}") from why
        self._calendar = standby.read(self._settings.standby).calendar

    def _kept_router(self, lesson: str) -> bytes | None:
        """The router on disk, if it was learned from what this table teaches."""
        try:
            kept = self._settings.router.read_bytes()
        except OSError:
            return None
        wanted = lesson.encode()
        return kept.removeprefix(wanted) if kept.startswith(wanted) else None


class LiveCalendar:
    """The working days of the calendar in force, for deadlines."""

    def __init__(self, book: TableBook) -> None:
        self._book = book

    def is_working_day(self, day: date) -> bool:
        return self._book.calendar().is_working_day(day)
