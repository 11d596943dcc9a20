"""What the switch needs to answer 114 alone: a small file the service keeps up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from attrs import frozen

from agi_scripts.visit import Times
from ivr.kernel.errors import NotConfigured
from ivr.kernel.files import replace_file
from routing.calendar import Calendar, Day

FILE: Final = "standby.json"  # in the site's home


@frozen
class Standby:
    """Paths are absolute.

    `snapshot` is the last published table, `days` are the calendar's, `sounds` the folders of
    the prompt library.
    """

    node: str
    snapshot: str
    recordings: str
    spool: str
    wills: str
    sounds: tuple[str, ...]
    times: Times
    days: tuple[Day, ...]

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.days)


def write(standby: Standby, path: Path) -> None:
    """Replace the file at once: a script that reads it meanwhile sees the old or the new."""
    replace_file(path, msgspec.json.encode(standby))


def read(path: Path) -> Standby:
    """Raises `NotConfigured` when there is none, or it is damaged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Standby)
    except (OSError, msgspec.MsgspecError) as why:
        raise NotConfigured(f"{path} can not be read: {why}") from why
