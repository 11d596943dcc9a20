"""The table in force, and the files the switch falls back on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from agi_scripts import standby
from agi_scripts.standby import Standby
from agi_scripts.visit import Times
from ivr.app.stores import Stores
from ivr.kernel.files import replace_file
from ivr.kernel.units import seconds
from ivr.settings import Settings
from prompts.sound_library import COMMITTED
from routing.calendar import Calendar
from routing.table import Snapshot, from_json


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
    """The clips that ship with the product, then the site's own (see `ivr.app.voices`)."""
    return (COMMITTED, *own_sounds(settings))


def own_sounds(settings: Settings) -> tuple[Path, Path]:
    """Where clips are rendered on this site."""
    home = settings.home.absolute()
    return (home / "prompts", home / "prompts-next")


def write_standby(settings: Settings, body: bytes, calendar: Calendar) -> None:
    """Let the switch answer alone: the table as it was published, and all else it needs.

    The bytes are kept as they are: a table that an older release published has another form.
    """
    replace_file(settings.snapshot, body)
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


async def keep_standby(settings: Settings, stores: Stores) -> None:
    """Let the switch have what is in force now, also while no service runs that would do it."""
    published = await stores.tables.active()
    if published is not None:
        calendar = Calendar(await stores.calendar.all())
        await asyncio.to_thread(write_standby, settings, published.body, calendar)
