"""Rendering clips of a table, in a worker process: nothing here runs on the loop.

The voices need the extra `voice`; the call path never imports them, so this does so late.
"""

from __future__ import annotations

import fcntl
import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from ivr.kernel.errors import HotlineError
from ivr.kernel.sound import Sound

if TYPE_CHECKING:
    from prompts.render import Voice

Engine = Literal["auto", "kokoro", "espeak"]

LOCK: Final = ".rendering"  # two processes of one site never write the same manifest at once
NEEDED: Final = ("numpy", "scipy")  # of the extra, by every voice
NO_VOICE: Final = "没有安装渲染用的语音，请安装 hotline114[voice] 或 espeak-ng"


def render_clips(folder: Path, sounds: tuple[Sound, ...], engine: Engine) -> tuple[str, ...]:
    """Render these clips into the folder; returns those that could not be, each with the reason."""
    if any(importlib.util.find_spec(module) is None for module in NEEDED):
        return tuple(f"“{sound.text}”（{NO_VOICE}）" for sound in sounds)
    from prompts.render.render import render  # noqa: PLC0415

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            report = render(sounds, folder, voice_of(engine))
    except (HotlineError, OSError) as why:
        return tuple(f"“{sound.text}”（{why}）" for sound in sounds)
    texts = {sound.id: sound.text for sound in sounds}
    return tuple(f"“{texts[sound]}”（{why}）" for sound, why in report.failed)


@cache
def voice_of(engine: Engine) -> Voice:
    """The product's own voice where its model lies on this machine, else espeak-ng.

    Publishing is no time to fetch a hundred megabytes: `hotline prompts render` does that.
    Raises `VoiceMissing`.
    """
    from prompts.render.fallback import Espeak  # noqa: PLC0415
    from prompts.render.fetch import cache_folder  # noqa: PLC0415
    from prompts.render.kokoro import Kokoro  # noqa: PLC0415

    lies_here = (cache_folder() / "voice" / "styles").is_dir()
    runs_here = importlib.util.find_spec("onnxruntime") is not None
    if engine == "kokoro" or (engine == "auto" and lies_here and runs_here):
        return Kokoro.fetched()
    return Espeak.found()
