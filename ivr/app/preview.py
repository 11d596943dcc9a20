"""Clips as pages play them: those that callers hear, and for a draft those they would hear."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ivr.app.publishing import own_sounds, sound_folders
from ivr.app.voices import FreshLibrary
from ivr.app.voicing import Engine, render_clips
from ivr.kernel.sound import Sound
from ivr.kernel.units import seconds
from ivr.settings import Settings
from ivr.tables.ports import Workshop
from prompts.sound_library import Library

MOST: Final = 20  # clips made for one hearing; the longest level of a menu has a dozen
PATIENCE: Final = seconds(60)


class Preview:
    """`ivr.web.parts.Sounds`. What is made here lies in a folder that calls never look into."""

    def __init__(
        self, heard: tuple[Path, ...], made: Path, workshop: Workshop, engine: Engine | None
    ) -> None:
        self._made = made
        self._workshop = workshop
        self._engine = engine
        self._fresh = FreshLibrary(Library((*heard, made)))

    async def look(self) -> None:
        await self._fresh.look()

    def speaks(self, sound: Sound) -> bool:
        return self._fresh.library.speaks(sound)

    async def clips(self, sounds: Iterable[Sound], *, make: bool) -> list[Path]:
        wanted = tuple(sounds)
        await self.look()
        missing = tuple(each for each in wanted if each.text.strip("，") and not self.speaks(each))
        if missing and make and self._engine is not None:
            making = self._workshop.run(render_clips, self._made, missing[:MOST], self._engine)
            await asyncio.wait_for(making, PATIENCE)
            await self.look()
        found = (self._fresh.library.clip(each) for each in wanted if self.speaks(each))
        return [clip.path for clip in found if clip is not None]


def preview_of(settings: Settings, workshop: Workshop) -> Preview:
    engine = None if settings.table.voice == "off" else settings.table.voice
    made = own_sounds(settings)[0].with_name("prompts-preview")
    return Preview(sound_folders(settings), made, workshop, engine)
