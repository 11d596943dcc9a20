"""From a folder of tables to the snapshot in force, and to the files the switch falls back on."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from agi_scripts import standby
from agi_scripts.standby import Standby
from agi_scripts.visit import Times
from ivr.app.stores import Stores
from ivr.kernel.clock import Clock
from ivr.kernel.errors import HotlineError
from ivr.kernel.fanout import Topic
from ivr.kernel.files import replace_file
from ivr.kernel.units import seconds
from ivr.settings import Settings
from prompts.sound_library import COMMITTED
from routing.calendar import Calendar
from routing.check import check
from routing.problem import Problem
from routing.table import RoutingTable, Snapshot, from_json, publish, to_json

TABLES: Final = Topic("table")


class TableRefused(HotlineError):
    """The table would leave somebody stuck; `problems` says where, for the administrator."""

    id = "table-refused"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.sentence for problem in problems))
        self.problems = problems


async def publish_table(table: RoutingTable, stores: Stores, clock: Clock) -> Snapshot:
    """Check it, number it, put it in force. Raises `TableRefused`, changing nothing."""
    problems = check(table)
    if problems:
        raise TableRefused(problems)
    snapshot = publish(table, await stores.tables.next_version(), clock.now())
    await stores.tables.save(snapshot.number, to_json(snapshot), sha256=snapshot.sha256)
    return snapshot


async def active_snapshot(stores: Stores) -> Snapshot | None:
    """The table in force, its hash verified; None before the first publication."""
    published = await stores.tables.active()
    return None if published is None else from_json(published.body)


def listed_numbers(snapshot: Snapshot) -> frozenset[str]:
    """The lines of the directory and the emergency numbers."""
    directory = snapshot.table.directory
    lines = {line.number for line in directory.lines}
    return frozenset(lines | {each.number for each in directory.emergency})


def times_of(settings: Settings) -> Times:
    calls = settings.calls
    return Times(
        ring=seconds(calls.ring),
        message=seconds(calls.message),
        message_silence=seconds(calls.message_silence),
        queue=calls.queue,
        queue_wait=seconds(calls.queue_wait),
    )


def sound_folders(settings: Settings) -> tuple[Path, ...]:
    """The clips that ship with the product, then the site's own."""
    return (COMMITTED, settings.home.absolute() / "prompts")


def write_standby(settings: Settings, snapshot: Snapshot, calendar: Calendar) -> None:
    """Let the switch answer alone: the table and all else the script on it needs."""
    replace_file(settings.snapshot, to_json(snapshot))
    standby.write(
        Standby(
            node=settings.node,
            snapshot=str(settings.snapshot),
            recordings=str(settings.recordings),
            spool=str(settings.spool),
            wills=str(settings.wills),
            sounds=tuple(map(str, sound_folders(settings))),
            times=times_of(settings),
            days=calendar.days,
        ),
        settings.standby,
    )
