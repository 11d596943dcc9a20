"""What is written beside the clips: which text each one speaks, and what made it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import asdict, frozen

from ivr.kernel.ids import SoundId
from ivr.kernel.units import Seconds

NAME: Final = "manifest.json"
SUFFIX: Final = ".alaw"
_SENTENCES: Final = "say"  # the folder of clips whose id names no kind
_ID: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


@frozen
class Entry:
    """One clip. `made` is the SHA-256 of text, voice and settings: another one, render again."""

    text: str
    made: str
    seconds: Seconds


def clip_name(sound: SoundId) -> str:
    """The clip's path in an audio folder, without suffix: line.H090 is line/H090.

    Ids come from tables that people edit, so what is no plain name is refused with
    `ValueError`: it could leave the folder.
    """
    if not _ID.fullmatch(sound):
        raise ValueError(f"{sound!r} can not name a clip: letters, digits, '_', '-' and dots only")
    kind, dot, name = sound.partition(".")
    return f"{kind}/{name}" if dot else f"{_SENTENCES}/{kind}"


def sound_of(path: Path) -> SoundId:
    """The id of a clip's file: the inverse of `clip_name`."""
    kind, name = path.parent.name, path.name.removesuffix(SUFFIX)
    return SoundId(name if kind == _SENTENCES else f"{kind}.{name}")


def read(folder: Path) -> dict[SoundId, Entry]:
    """The manifest of a folder; empty when there is none or it is damaged.

    A damaged manifest costs rendering again and nothing else, so it is no error.
    """
    try:
        found = json.loads((folder / NAME).read_text("utf-8"))
        return {SoundId(name): _entry(value) for name, value in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write(folder: Path, entries: Mapping[SoundId, Entry]) -> None:
    """Replace the manifest in one step, in the order of ids, so that diffs stay small."""
    lines = {name: asdict(entries[name]) for name in sorted(entries)}
    rows = ",\n".join(f"{_json(name)}: {_json(line)}" for name, line in lines.items())
    fresh = folder / f"{NAME}.new"
    fresh.write_text(f"{{\n{rows}\n}}\n", "utf-8")
    fresh.replace(folder / NAME)


def _entry(value: Mapping[str, str]) -> Entry:
    return Entry(value["text"], value["made"], Seconds(float(value["seconds"])))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
