"""The alarm of the dialler: the service tells what any command of this site was refused."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Protocol

from attrs import define

from ivr.kernel.errors import StoreAway
from ivr.kernel.log import logger
from ivr.kernel.metrics import Meter
from ivr.storage.dialling import Tally


class Tallied(Protocol):
    """Who has counted."""

    async def tally(self) -> Tally: ...


@define
class DiallerWatch:
    """Reads the book of calls out; what it shows survives a restart with the database."""

    book: Tallied
    meter: Meter
    _known: Mapping[str, int] | None = None

    async def look(self) -> None:
        """Bring the metrics up to date; a log line for what was refused since the last look."""
        with contextlib.suppress(StoreAway):  # the dialler refuses everything meanwhile
            self._show(await self.book.tally())

    def _show(self, tally: Tally) -> None:
        self.meter.dialler_hour.set(tally.hour)
        self.meter.dialler_day.set(tally.day)
        known, first = self._known or {}, self._known is None
        for reason, count in tally.refused.items():
            fresh = count - known.get(reason, 0)
            self.meter.dialler_refused.labels(reason).inc(max(fresh, 0))
            if fresh > 0 and not first:
                logger().warning("alarm", part="dialler", why=reason, refused=fresh)
        self._known = tally.refused
