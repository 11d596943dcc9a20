"""The audio that is there, as the call path sees it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from attrs import frozen

from ivr.kernel.ids import SoundId
from ivr.kernel.sound import Sound
from prompts import manifest
from prompts.manifest import Entry

COMMITTED: Final = Path(str(files("prompts") / "audio"))
"""The clips that ship with the product."""


@frozen
class Clip:
    """A clip on disk; `entry` is None when no manifest knows it (somebody put it there)."""

    path: Path
    name: str  # Asterisk's: absolute, without suffix
    entry: Entry | None


class Library:
    """Where each clip is. Folders are looked through once; the first that has a clip wins.

    A site adds a folder of its own for titles edited after the release. Should it hold a
    clip of a committed id, the text decides: `locate` takes the clip that speaks the words
    wanted, so that a corrected title is never answered with the old recording.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._clips: dict[SoundId, tuple[Clip, ...]] = {}
        self.refresh()

    @property
    def folders(self) -> tuple[Path, ...]:
        return self._folders

    def refresh(self) -> None:
        """Look again, after something was rendered. Calls meanwhile use the old index."""
        clips: dict[SoundId, tuple[Clip, ...]] = {}
        for folder in self._folders:
            for sound, clip in _clips_of(folder):
                clips[sound] = (*clips.get(sound, ()), clip)
        self._clips = clips

    def locate(self, sound: Sound) -> str:
        """Asterisk's name of the clip (absolute, no suffix), or '' when there is none.

        A clip with another text than the one wanted is still better than silence, and is
        what `prompts.check` reports. Touches no disk.
        """
        found = self.clip(sound)
        return found.name if found else ""

    def speaks(self, sound: Sound) -> bool:
        """Whether there is a clip with exactly these words."""
        found = self.clip(sound)
        return found is not None and found.entry is not None and found.entry.text == sound.text

    def clip(self, sound: Sound) -> Clip | None:
        """The clip that `locate` names."""
        clips = self._clips.get(sound.id, ())
        for clip in clips:
            if clip.entry is not None and clip.entry.text == sound.text:
                return clip
        return clips[0] if clips else None


def _clips_of(folder: Path) -> list[tuple[SoundId, Clip]]:
    entries = manifest.read(folder)
    found: list[tuple[SoundId, Clip]] = []
    for path in sorted(folder.absolute().glob(f"*/*{manifest.SUFFIX}")):
        sound = manifest.sound_of(path)
        found.append((sound, Clip(path, str(path.with_suffix("")), entries.get(sound))))
    return found
