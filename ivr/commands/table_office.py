"""What the commands of the table share: the office, who they act for, and how they print."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Final

import click

from ivr.app.office import table_office
from ivr.app.stores import open_stores
from ivr.app.workshop import ThreadWorkshop
from ivr.commands.shared import console
from ivr.kernel.clock import SystemClock
from ivr.kernel.people import AccountName
from ivr.people.accounts import COMMAND_LINE
from ivr.settings import Settings
from ivr.storage.live_state import open_live_state
from ivr.tables.errors import NoDraft
from ivr.tables.office import TableOffice
from routing.diff_words import Difference
from routing.errors import RoutingError
from routing.ids import TableVersion
from routing.load import DATA, load_table
from routing.sheet import Sheets
from routing.table import RoutingTable

DRAFT: Final = "draft"  # in the place of a version's number
SHOWN: Final = 200  # lines of one list; the rest are counted

FOLDER = click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=DATA
)
WHO = click.option("--as", "who", default=COMMAND_LINE, show_default=True, help="以谁的名义。")
WHY = click.option("--why", default="", help="为什么，写进操作记录。")


@contextlib.asynccontextmanager
async def office_of(settings: Settings) -> AsyncIterator[TableOffice]:
    clock = SystemClock()
    async with (
        open_stores(settings, clock) as stores,
        open_live_state(settings.redis, clock) as present,
    ):
        yield table_office(settings, stores, present.fanout, ThreadWorkshop(), clock)


def load(folder: Path) -> RoutingTable:
    """The table of a folder, or one line that says what is wrong with it."""
    try:
        return load_table(folder)
    except RoutingError as why:
        raise click.ClickException(str(why)) from why


async def sheets_of(office: TableOffice, which: str, who: str) -> Sheets:
    """A version by its number, or the draft of somebody."""
    if which == DRAFT:
        draft = await office.drafting.find(AccountName(who))
        if draft is None:
            raise NoDraft(AccountName(who))
        return draft.sheets
    if not which.isascii() or not which.isdigit():
        raise click.ClickException(f"“{which}”不是版本号，也不是 {DRAFT}")
    return await office.archive.sheets(TableVersion(int(which)))


def print_differences(found: Iterable[Difference]) -> None:
    print_lines([each.sentence for each in found], nothing="没有不同")


def print_lines(lines: list[str], *, nothing: str) -> None:
    for line in lines[:SHOWN]:
        console.print(f"· {line}", markup=False)
    if len(lines) > SHOWN:
        console.print(f"……另有{len(lines) - SHOWN}条")
    if not lines:
        console.print(nothing)
