"""Rendering what is missing or has changed, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Protocol

from attrs import frozen

from ivr.kernel.errors import HotlineError
from ivr.kernel.ids import SoundId
from ivr.kernel.sound import Sound
from ivr.kernel.units import Seconds
from prompts import manifest
from prompts.alaw import RATE
from prompts.manifest import Entry
from prompts.render import tones
from prompts.render.alaw import encode
from prompts.render.telephone import SETTINGS, Speech, for_telephone

_KEEP_EVERY: Final = 20  # clips between writes of the manifest: what a crash costs at most


class CanNotSpeak(HotlineError):
    """A voice can not speak this text; the message says why."""

    id = "can-not-speak"


class Voice(Protocol):
    """Something that speaks Chinese."""

    @property
    def name(self) -> str:
        """Voice, speed and version: whatever changes the sound changes the name."""

    def speak(self, text: str) -> Speech:
        """What it says; raises `CanNotSpeak`."""


@frozen
class Report:
    """What was done. `failed` holds each clip that could not be made, and why."""

    rendered: tuple[SoundId, ...]
    kept: int
    failed: tuple[tuple[SoundId, str], ...]


def _tell_nobody(_line: str) -> None:
    """Rendering without an audience."""


def render(
    wanted: Iterable[Sound],
    folder: Path,
    voice: Voice,
    *,
    tell: Callable[[str], None] = _tell_nobody,
) -> Report:
    """Bring `folder` up to date with `wanted`; clips that are not wanted stay.

    Safe to interrupt and run again: a clip is written whole or not at all, and what is
    done is known. One text that can not be spoken does not stop the others.
    """
    sounds = {sound.id: sound for sound in wanted}
    booth = _Booth(folder, voice)
    stale = [sound for sound in sounds.values() if not booth.is_current(sound)]
    rendered: list[SoundId] = []
    failed: list[tuple[SoundId, str]] = []
    try:
        for done, sound in enumerate(stale, start=1):
            try:
                booth.make(sound)
                rendered.append(sound.id)
            except (CanNotSpeak, ValueError) as why:
                failed.append((sound.id, str(why)))
            tell(f"{done}/{len(stale)} {sound.id} {sound.text}")
            if not done % _KEEP_EVERY:
                booth.keep()
    finally:
        booth.keep()
    return Report(tuple(rendered), len(sounds) - len(stale), tuple(failed))


def fingerprint(sound: Sound, voice: Voice) -> str:
    """What makes a clip what it is: text, voice, settings; a tone has only its settings."""
    made_by = (tones.SETTINGS,) if sound.id in tones.TONES else (voice.name, SETTINGS)
    recipe = "\n".join((sound.text, *made_by))
    return hashlib.sha256(recipe.encode()).hexdigest()


class _Booth:
    """A folder, its manifest, and the voice that fills it."""

    def __init__(self, folder: Path, voice: Voice) -> None:
        self._folder = folder
        self._voice = voice
        self._entries = manifest.read(folder)

    def is_current(self, sound: Sound) -> bool:
        entry = self._entries.get(sound.id)
        made = entry is not None and entry.made == fingerprint(sound, self._voice)
        return made and self._path(sound).is_file()

    def make(self, sound: Sound) -> None:
        path = self._path(sound)
        tone = tones.TONES.get(sound.id)
        coded = encode(tone() if tone else for_telephone(self._voice.speak(sound.text)))
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_bytes(coded)
        fresh.replace(path)
        seconds = Seconds(round(len(coded) / RATE, 3))
        self._entries[sound.id] = Entry(sound.text, fingerprint(sound, self._voice), seconds)

    def keep(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        manifest.write(self._folder, self._entries)

    def _path(self, sound: Sound) -> Path:
        return self._folder / f"{manifest.clip_name(sound.id)}{manifest.SUFFIX}"
