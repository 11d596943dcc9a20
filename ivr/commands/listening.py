"""The recogniser as commands use it: the engine of the site, in as many processes as fit."""

from __future__ import annotations

import os

from ivr.app.ears import engine_of
from ivr.settings import Settings
from ivr.speech.activity import Detectors
from ivr.speech.workers.blocking import Listeners

MOST = 4  # processes of 300 MB each


def listeners_of(settings: Settings) -> Listeners:
    """Processes start with the first file; where there is no engine, each file is told so."""
    engine = engine_of(settings.speech)
    return Listeners(engine, max(1, min(MOST, os.cpu_count() or 1)), Detectors())
