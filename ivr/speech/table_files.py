"""Where the recogniser's table of single sounds is, and which one it has to be.

It is learned on this machine by ``python -m ivr.speech.learning``, which set-up runs, and kept in
the user's cache beside the model under a key of all that it was learned from.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ivr.kernel.errors import HotlineError
from ivr.speech.model_files import SHA256, model_folder

HERE: Final = Path(__file__).parent
LESSONS: Final = HERE / "lessons"
KEPT: Final = 4  # tables of other versions of the product on this machine, 60 KB each
# Programs on which what is learned depends; others may change without learning anew.
_PROGRAMS: Final = (
    *("learning/disturbed.py", "learning/heard.py", "learning/learner.py", "learning/lessons.py"),
    *("learning/spread.py", "engines/whisper/features.py", "engines/whisper/model.py"),
    "engines/whisper/units.py",
)
_NAME: Final = "single-sounds"


class TableDamaged(HotlineError):
    """What is in the table's place is not one."""

    id = "speech-table-damaged"


def table_place() -> Path:
    """Where the table for these lessons, these programs and this model is, or will be."""
    return model_folder().with_name(f"{_NAME}-{key(LESSONS)[:16]}.npz")


def key(lessons: Path) -> str:
    """Changes whenever what would be learned does."""
    digest = hashlib.sha256(SHA256["model.bin"].encode())
    for path in (*sorted(lessons.iterdir()), *(HERE / name for name in _PROGRAMS)):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.name} {len(content)} ".encode())
            digest.update(content)
    return digest.hexdigest()


def keep(place: Path, table: bytes) -> None:
    """All or nothing; tables that nothing uses any more go, the oldest first."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(dir=place.parent, prefix="learning-")
    try:
        with os.fdopen(handle, "wb") as whole:
            whole.write(table)
        Path(scratch).replace(place)
    except OSError:
        Path(scratch).unlink(missing_ok=True)
        raise
    for old in list(_others(place))[KEPT:]:
        old.unlink(missing_ok=True)


def _others(place: Path) -> Iterator[Path]:
    """The newest first."""
    known = sorted(place.parent.glob(f"{_NAME}-*.npz"), key=lambda one: -one.stat().st_mtime)
    return (path for path in known if path != place)
