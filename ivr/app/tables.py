"""The table in force, in memory: calls read it here and never from the database."""

from __future__ import annotations

from datetime import date

from agi_scripts import standby
from ivr.app.publishing import active_snapshot, write_standby
from ivr.app.stores import Stores
from ivr.kernel.errors import NotConfigured, StoreAway
from ivr.kernel.log import logger
from ivr.settings import Settings
from routing.calendar import Calendar
from routing.errors import TableDamaged
from routing.table import Snapshot, from_json


class TableBook:
    """What calls read: the snapshot in force and the calendar.

    When the database is away at the start, the last snapshot on disk serves. A published table
    is taken up by `refresh`; calls in progress keep the one they began with.
    """

    def __init__(self, settings: Settings, stores: Stores) -> None:
        self._settings = settings
        self._stores = stores
        self._snapshot: Snapshot | None = None
        self._calendar = Calendar()

    def snapshot(self) -> Snapshot:
        """Raises `NotConfigured` before `refresh` or `fall_back` found one."""
        if self._snapshot is None:
            raise NotConfigured("no routing table is published: run `hotline init`")
        return self._snapshot

    def calendar(self) -> Calendar:
        return self._calendar

    async def open(self) -> None:
        """The table to begin with; raises `NotConfigured` when there is none anywhere."""
        try:
            await self.refresh()
        except StoreAway as why:
            logger().warning("database away, using the last table on disk", why=str(why))
            self._fall_back()
        self.snapshot()

    async def refresh(self) -> None:
        """Take up what has been published since. Raises `StoreAway`."""
        calendar = Calendar(await self._stores.calendar.all())
        publications = await self._stores.tables.list()
        active = next((each for each in publications if each.active), None)
        known = self._snapshot
        changed = active and (known is None or known.sha256 != active.sha256)
        if not changed and calendar == self._calendar:
            return
        self._calendar = calendar
        self._snapshot = await active_snapshot(self._stores) if changed else known
        if self._snapshot is not None:
            write_standby(self._settings, self._snapshot, calendar)
            logger().info("table in force", table=self._snapshot.number)

    def _fall_back(self) -> None:
        try:
            self._snapshot = from_json(self._settings.snapshot.read_bytes())
        except (OSError, TableDamaged) as why:
            raise NotConfigured(f"no table in the database and none on disk: {why}") from why
        self._calendar = standby.read(self._settings.standby).calendar


class LiveCalendar:
    """The working days of the calendar in force, for deadlines."""

    def __init__(self, book: TableBook) -> None:
        self._book = book

    def is_working_day(self, day: date) -> bool:
        return self._book.calendar().is_working_day(day)
