"""Making a site: folders, secrets, tables, calendar, the first routing table and administrator."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from attrs import frozen

from ivr.app.office import table_office
from ivr.app.publishing import write_standby
from ivr.app.secrets import ADMIN, AMI, DIALLER, TICKETS, secret
from ivr.app.stores import Stores, open_stores
from ivr.app.workshop import ThreadWorkshop
from ivr.kernel.clock import Clock, SystemClock
from ivr.kernel.people import AccountName
from ivr.settings import Settings
from ivr.storage.live_state import open_live_state
from ivr.storage.migrate import upgrade
from ivr.tables.values import PublishedTable
from routing.calendar import Calendar, seed
from routing.ids import TableVersion
from routing.load import DATA, load_table

# Published the first table; officers read it, and no account can be named so.
SEED: Final = AccountName("建站程序")
YEARS_BACK: Final = 1  # tickets of last year are still counted
YEARS_AHEAD: Final = 1  # the next year is published in November


@frozen
class InitResult:
    """What a site has. `admin_password` stands in a secret file until it is changed."""

    admin_user: str
    admin_password: str
    table: TableVersion
    provisional: tuple[int, ...]  # years whose holidays are not published yet


def initialise(settings: Settings, *, admin: str = "admin", folder: Path = DATA) -> InitResult:
    """Make the site, or bring it up to date: whatever is there already stays as it is."""
    for path in (settings.home, settings.recordings, settings.spool):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (AMI, DIALLER, TICKETS):
        secret(settings.secrets, name)
    upgrade(settings.database_url)
    return asyncio.run(_fill(settings, admin, folder))


async def _fill(settings: Settings, admin: str, folder: Path) -> InitResult:
    clock = SystemClock()
    async with open_stores(settings, clock) as stores:
        calendar = await _seed_calendar(stores, clock)
        published = await _first_table(settings, stores, clock, folder)
        write_standby(settings, published.body, calendar)
        password = secret(settings.secrets, ADMIN)
        await stores.accounts.create_first(AccountName(admin), password=password)
    provisional = tuple(year for year in _years(clock) if not calendar.published(year))
    return InitResult(admin, password, published.publication.version, provisional)


async def _first_table(
    settings: Settings, stores: Stores, clock: Clock, folder: Path
) -> PublishedTable:
    """The table in force; the folder's, where there is none yet."""
    published = await stores.tables.active()
    if published is not None:
        return published
    async with open_live_state(settings.redis, clock) as present:
        office = table_office(settings, stores, present.fanout, ThreadWorkshop(), clock)
        first = await office.publishing.outright(
            load_table(folder), SEED, "首次安装", voiceless=True
        )
    return await stores.tables.get(first.version)


async def _seed_calendar(stores: Stores, clock: Clock) -> Calendar:
    """Years that somebody has entered or edited are left alone."""
    calendar = Calendar(await stores.calendar.all())
    for year in _years(clock):
        days = () if calendar.published(year) else seed((year,))
        if days:
            await stores.calendar.replace_year(year, days)
    return Calendar(await stores.calendar.all())


def _years(clock: Clock) -> range:
    this_year = clock.now().year
    return range(this_year - YEARS_BACK, this_year + YEARS_AHEAD + 1)
