"""The site's own clips: rendered before a table that needs them goes live, and how far that is.

A clip that the table in force speaks is never overwritten by the next table's: the site has two
folders, and of each clip the one in force lies in at most one of them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
from attrs import define, field, frozen

from agi_scripts.words import wanted
from ivr.app.voicing import Engine, render_clips
from ivr.kernel.files import replace_file
from ivr.kernel.sound import Sound
from ivr.kernel.units import Seconds, seconds
from ivr.tables.ports import Unspoken, Workshop
from ivr.tables.values import Progress
from prompts import manifest
from prompts.sound_library import Library
from routing.table import RoutingTable

PROGRESS: Final = "progress.json"
BATCH: Final = 5  # clips between two words about progress; a few seconds
LOOK_EVERY: Final = seconds(1)  # nodes look whether clips have come
SEEN: Final = seconds(2 * LOOK_EVERY)  # by then every node knows the new clips


@frozen
class SiteVoices:
    """`ivr.tables.ports.Voices`: committed clips, and two folders of the site's own."""

    committed: Path
    shelves: tuple[Path, Path]
    workshop: Workshop
    engine: Engine
    seen: Seconds = SEEN

    async def ready(self, table: RoutingTable) -> bool:
        return not await asyncio.to_thread(self._missing, table)

    async def speak(self, table: RoutingTable, in_force: RoutingTable | None) -> Unspoken:
        missing = await asyncio.to_thread(self._missing, table)
        shelved = await asyncio.to_thread(self._shelved, missing, in_force)
        done, unspoken = 0, list[str]()
        for folder, sounds in shelved:
            for some in batches(sounds):
                await self._tell(Progress(done, len(missing), tuple(unspoken)))
                unspoken += await self.workshop.run(render_clips, folder, some, self.engine)
                done += len(some)
        await self._tell(Progress(done, len(missing), tuple(unspoken)))
        await asyncio.sleep(self.seen if missing else 0)
        return tuple(unspoken)

    async def progress(self) -> Progress | None:
        return await asyncio.to_thread(read_progress, self.shelves[0])

    def _missing(self, table: RoutingTable) -> tuple[Sound, ...]:
        library = Library((self.committed, *self.shelves))
        return tuple(sound for sound in wanted(table) if not library.speaks(sound))

    def _shelved(
        self, missing: Iterable[Sound], in_force: RoutingTable | None
    ) -> tuple[tuple[Path, tuple[Sound, ...]], ...]:
        """Each clip to the first folder that has no clip of its name that callers hear now."""
        live = {sound.id: sound.text for sound in wanted(in_force)} if in_force else {}
        first, second = self.shelves
        held = manifest.read(first)
        kept = {
            sound.id
            for sound in missing
            if sound.id in held and held[sound.id].text == live.get(sound.id)
        }
        return (
            (first, tuple(sound for sound in missing if sound.id not in kept)),
            (second, tuple(sound for sound in missing if sound.id in kept)),
        )

    async def _tell(self, progress: Progress) -> None:
        await asyncio.to_thread(write_progress, self.shelves[0], progress)


@define
class FreshLibrary:
    """Looks again whenever a folder's manifest was written, so that new clips are heard at once."""

    library: Library
    _seen: tuple[int, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._seen = self._stamps()

    async def look(self) -> None:
        stamps = await asyncio.to_thread(self._stamps)
        if stamps != self._seen:
            await asyncio.to_thread(self.library.refresh)
            self._seen = stamps

    def _stamps(self) -> tuple[int, ...]:
        return tuple(_written(folder / manifest.NAME) for folder in self.library.folders)


def batches(sounds: tuple[Sound, ...]) -> Iterable[tuple[Sound, ...]]:
    return (sounds[at : at + BATCH] for at in range(0, len(sounds), BATCH))


def read_progress(folder: Path) -> Progress | None:
    try:
        return msgspec.json.decode((folder / PROGRESS).read_bytes(), type=Progress)
    except (OSError, msgspec.MsgspecError):
        return None


def write_progress(folder: Path, progress: Progress) -> None:
    """Comfort: a disk that refuses it stops no rendering."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / PROGRESS, msgspec.json.encode(progress))


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
