"""The ear that the settings ask for."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from ivr.app.node import Node
from ivr.app.observe import RecogniserTells
from ivr.kernel.log import logger
from ivr.settings import SpeechSettings
from ivr.speech import model_files
from ivr.speech.activity import Detectors
from ivr.speech.ears import SpeechEars
from ivr.speech.engines import can_run
from ivr.speech.workers.pool import PoolLimits, RecogniserPool, sized
from ivr.speech.workers.process import EngineChoice
from ivr.telephony.ear import Ears

EXTRAS = {"whisper": "speech", "sherpa": "sherpa"}
WARM = 4  # voice detectors at hand: making one takes 70 ms of the loop


@contextlib.asynccontextmanager
async def ears_of(node: Node) -> AsyncIterator[Ears | None]:
    """The ear of this node; None where the settings want none, or its parts are not there.

    It is handed out at once and hears as soon as its engine is loaded; until then callers key.
    """
    choice = engine_of(node.settings.speech)
    if choice is None:
        yield None
        return
    limits = sized(PoolLimits(), node.settings.speech.workers)
    pool = RecogniserPool(choice, limits, RecogniserTells(node.meter))
    node.meter.recogniser_ready.set_function(lambda: float(pool.is_ready))
    await pool.open()
    try:
        yield SpeechEars(pool, Detectors(warm=WARM))
    finally:
        await pool.close()


def engine_of(speech: SpeechSettings) -> EngineChoice | None:
    """Which engine with which model; None, with the reason in the log, for none."""
    if speech.engine == "off":
        return None
    folder = speech.model or model_files.model_folder()
    why = _lacking(speech, folder)
    if why:
        logger().warning("no recogniser: callers use keys", why=why)
        return None
    return EngineChoice(speech.engine, folder)


def _lacking(speech: SpeechSettings, folder: Path) -> str:
    if speech.engine == "whisper" and not model_files.is_there(folder):
        return f"no model in {folder}; make setup brings it"
    if not folder.is_dir():
        return f"no model folder {folder}"
    if not can_run(speech.engine):
        return (
            f"packages of the engine are missing: pip install 'hotline114[{EXTRAS[speech.engine]}]'"
        )
    return ""
