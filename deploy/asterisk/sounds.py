"""Our Chinese clips where Asterisk looks for sounds."""

from __future__ import annotations

from pathlib import Path

from deploy.layout import Layout
from ivr.kernel.ids import SoundId
from prompts.manifest import SUFFIX, clip_name
from prompts.sound_library import COMMITTED
from prompts.switch import SWITCH_SOUNDS


def clip(sound: str) -> str:
    """A clip's name for Playback and Queue: hotline/say/goodbye."""
    return f"hotline/{clip_name(SoundId(sound))}"


def link_sounds(layout: Layout) -> None:
    """Make the clips findable: all of them, those that Asterisk has names for, music."""
    link(layout.sounds / "hotline", COMMITTED)
    for name, sound in SWITCH_SOUNDS.items():
        link(layout.sounds / f"{name}{SUFFIX}", COMMITTED / (clip_name(sound.id) + SUFFIX))
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
