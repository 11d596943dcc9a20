"""The fault that no call notices is on a metric a second later."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from ivr.app.upkeep import Upkeep
from ivr.kernel.clock import CHINA, ClockWatch, ManualClock
from ivr.kernel.log_writer import LogWriter
from ivr.kernel.metrics import Meter


async def test_lost_lines_and_a_set_clock_are_counted():
    clock, meter = ManualClock(datetime(2026, 11, 23, tzinfo=CHINA)), Meter()
    with Path(os.devnull).open("wb") as nobody:  # noqa: ASYNC230 - it is no file
        log = LogWriter(nobody.fileno())
        upkeep = Upkeep(log, ClockWatch(clock), meter)
        log.lost = 3
        clock.set_by(-3600)
        await upkeep.look()
        await upkeep.look()
    exposed = meter.exposition().decode()
    assert 'hotline_faults_total{kind="log"} 3.0' in exposed
    assert 'hotline_faults_total{kind="clock"} 1.0' in exposed
