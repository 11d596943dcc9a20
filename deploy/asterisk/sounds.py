"""Our Chinese clips where Asterisk looks for sounds."""

from __future__ import annotations

from pathlib import Path

from deploy.layout import Layout
from ivr.kernel.ids import SoundId
from prompts.library import COMMITTED
from prompts.manifest import SUFFIX, clip_name

TENS = range(20, 100, 10)
READ_BY_ASTERISK = (*range(11), *TENS)  # clips of the number reader for zh: 二十 + 三


def clip(sound: str) -> str:
    """A clip's name for Playback and Queue: hotline/say/goodbye."""
    return f"hotline/{clip_name(SoundId(sound))}"


def link_sounds(layout: Layout) -> None:
    """Make the clips findable: all of them, the digits of queue positions, beep and music."""
    link(layout.sounds / "hotline", COMMITTED)
    link(layout.sounds / f"beep{SUFFIX}", _committed("tone.beep"))
    for number in READ_BY_ASTERISK:
        link(layout.sounds / "digits" / f"{number}{SUFFIX}", _committed(f"number.{number}"))
    for music in sorted((COMMITTED / "music").glob(f"*{SUFFIX}")):
        link(layout.music / music.name, music)
    link(layout.data / "documentation", layout.asterisk.documentation)


def link(place: Path, target: Path) -> None:
    """A symbolic link, renewed when it points elsewhere."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_symlink() and place.readlink() == target:
        return
    place.unlink(missing_ok=True)
    place.symlink_to(target)


def _committed(sound: str) -> Path:
    return COMMITTED / (clip_name(SoundId(sound)) + SUFFIX)
