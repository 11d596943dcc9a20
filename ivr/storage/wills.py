"""Wills on disk: one file a call, sealed like those of the spool.

The script on the switch uses it, so it imports little.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ivr.kernel.ids import CallId
from ivr.kernel.units import Seconds
from ivr.storage.packing import NotReadable, pack, unpack
from ivr.storage.spool import Damaged, sealed, unsealed, write_durably
from ivr.tickets.will import Will

_log = logging.getLogger(__name__)
FORMAT: Final = 1  # of the spool's sealed files, whose form these have


class WillFolder:
    """`ivr.tickets.will.Wills` in a folder, one file for a call. Writes where it is called."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def leave(self, will: Will) -> None:
        self.keep(will)

    async def settle(self, call: CallId) -> None:
        self.forget(call)

    def keep(self, will: Will) -> bool:
        """False, and a line in the log, when the disk refuses."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            document = {"format": FORMAT, "will": pack(will)}
            write_durably(self._file(will.facts.call), sealed(document))
        except OSError as why:
            _log.error("will of %s not kept: %s", will.facts.call, why)
            return False
        return True

    def forget(self, call: CallId) -> None:
        self._file(call).unlink(missing_ok=True)

    def holds(self, call: CallId) -> bool:
        """Whether somebody left one for this call."""
        return self._file(call).exists()

    def amend(self, call: CallId, change: Callable[[Will], Will]) -> None:
        """Something was seen of this call. One without a will has none to change."""
        try:
            will = unpack(unsealed(self._file(call).read_bytes())["will"], Will)
        except (OSError, Damaged, NotReadable, ValueError, KeyError):
            return
        self.keep(change(will))

    def older_than(self, age: Seconds) -> list[Will]:
        """Wills left so long ago. What can not be read is put out of the way, for a person.

        One that seems to be from the future is one whose clock was set back: it counts as old,
        since whoever carries it out asks the switch first.
        """
        wills: list[Will] = []
        for file in sorted(self._root.glob("*.will")):
            try:
                if not 0 <= time.time() - file.stat().st_mtime < age:
                    wills.append(unpack(unsealed(file.read_bytes())["will"], Will))
            except FileNotFoundError:
                continue  # settled meanwhile
            except (Damaged, NotReadable, ValueError, KeyError) as why:
                _log.error("will %s is damaged: %s", file.name, why)
                file.rename(file.with_suffix(".bad"))
        return wills

    def _file(self, call: CallId) -> Path:
        return self._root / f"{hashlib.sha256(call.encode()).hexdigest()[:32]}.will"
