"""What no call notices by itself, looked at every second and put on a metric."""

from __future__ import annotations

from attrs import define

from ivr.kernel.clock import ClockWatch
from ivr.kernel.log import logger
from ivr.kernel.log_writer import LogWriter
from ivr.kernel.metrics import Meter


@define
class Upkeep:
    """The log that leaves too slowly, the wall clock that was set."""

    log: LogWriter
    clock: ClockWatch
    meter: Meter
    _lost: int = 0

    async def look(self) -> None:
        lost = self.log.lost - self._lost
        if lost:
            self._lost += lost
            self.meter.fault("log", lost)
        step = self.clock.step()
        if step:
            self.meter.fault("clock")
            logger().error("alarm", part="clock", why="it was set", seconds=round(step, 1))
