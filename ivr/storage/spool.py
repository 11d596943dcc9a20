"""A durable folder for what can not be delivered now.

Only the standard library, so that a script on the switch can use it at once. Every file is
written beside its place, flushed to the disk, and only then given its name: a power cut leaves
a whole file or none. Several processes may use the folder at the same time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

_log = logging.getLogger(__name__)
FORMAT: Final = 1
NAME: Final = re.compile(r"(?P<order>\d{20})-(?P<kind>[a-z]+)-(?P<key>[0-9a-f]{32})\.json")
AT_ONCE: Final = 1_000  # items read at a time; a long outage is delivered in several rounds


class SpoolItem(NamedTuple):
    """Something that waits. `at` is when it was put; `attachment` belongs to the spool."""

    kind: str
    key: str
    at: datetime
    payload: Any
    attachment: Path | None
    file: Path


class Damaged(Exception):
    """The file is not what was written."""


class SpoolFolder:
    """The folder `root`, which is made when it is not there.

    Raises OSError when the disk refuses: then nothing was kept.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files = root / "files"
        self._bad = root / "bad"
        for folder in (self._files, self._bad):
            folder.mkdir(parents=True, exist_ok=True)

    def put(self, kind: str, key: str, payload: Any, attachment: Path | None = None) -> SpoolItem:
        """Keep it, once for a kind and key: what waits already is returned instead.

        `payload` is what JSON knows. The file at `attachment` is kept too; one that is not
        there, or does not fit on the disk, is left out: words without sound are better than
        nothing.
        """
        known = self.find(kind, key)
        if known is not None:
            return known
        file = self._root / _name(self._names(), kind, key)
        kept = self._attach(file, attachment)
        document = {
            "format": FORMAT,
            "kind": kind,
            "key": key,
            "at": datetime.now(UTC).isoformat(),
            "payload": payload,
            "attachment": kept.name if kept else None,
        }
        try:
            write_durably(file, sealed(document))
        except OSError:
            if kept is not None:
                kept.unlink(missing_ok=True)
            raise
        return self._read(file)

    def pending(self, limit: int = AT_ONCE) -> list[SpoolItem]:
        """What waits, in the order it came. Damaged files are set aside and do not stand in it."""
        items: list[SpoolItem] = []
        for file in map(self._root.joinpath, sorted(self._names())[:limit]):
            try:
                items.append(self._read(file))
            except FileNotFoundError:
                continue  # another process delivered it
            except (Damaged, OSError) as why:
                self._put_away(file, repr(why))
        return items

    def done(self, item: SpoolItem) -> None:
        """It has been delivered: forget it. Doing so twice is no error."""
        item.file.unlink(missing_ok=True)
        _flush_folder(self._root)
        if item.attachment is not None:
            item.attachment.unlink(missing_ok=True)

    def set_aside(self, item: SpoolItem, why: str) -> None:
        """Nobody can deliver it as it is: keep it in `bad/` with the reason, for a person."""
        self._put_away(item.file, why)

    @property
    def depth(self) -> int:
        """How many items wait."""
        return len(self._names())

    @property
    def bad(self) -> list[Path]:
        """What was set aside; each has a file of the same name and `.why` beside it."""
        return sorted(self._bad.glob("*.json"))

    def _names(self) -> list[str]:
        # Not Path.iterdir: after a long outage an object for each name is what a caller waits for.
        return [name for name in os.listdir(self._root) if NAME.fullmatch(name)]  # noqa: PTH208

    def find(self, kind: str, key: str) -> SpoolItem | None:
        """What waits of this kind and key."""
        ending = f"-{kind}-{_digest(key)}.json"
        for name in os.listdir(self._root):  # noqa: PTH208 - as in _names
            if name.endswith(ending) and NAME.fullmatch(name):
                with contextlib.suppress(Damaged, OSError):
                    return self._read(self._root / name)
        return None

    def _attach(self, file: Path, attachment: Path | None) -> Path | None:
        if attachment is None or not _is_there(attachment):
            return None
        kept = self._files / f"{file.stem}{attachment.suffix}"
        try:
            copy_durably(attachment, kept)
        except OSError as why:
            _log.error("%s is not in the spool: %s", attachment, why)
            return None
        return kept

    def _read(self, file: Path) -> SpoolItem:
        document = unsealed(file.read_bytes())
        try:
            attached = document["attachment"]
            return SpoolItem(
                kind=document["kind"],
                key=document["key"],
                at=datetime.fromisoformat(document["at"]),
                payload=document["payload"],
                attachment=self._files / attached if attached else None,
                file=file,
            )
        except (KeyError, TypeError, ValueError) as why:
            raise Damaged(repr(why)) from why

    def _put_away(self, file: Path, why: str) -> None:
        # A file that can not even be moved must not stop those behind it.
        with contextlib.suppress(OSError):
            for attachment in self._files.glob(f"{file.stem}.*"):
                attachment.replace(self._bad / attachment.name)
            file.replace(self._bad / file.name)
            (self._bad / f"{file.name}.why").write_text(why, "utf-8", "replace")


def _name(names: Sequence[str], kind: str, key: str) -> str:
    # Behind all that wait, even when the clock was set back since.
    last = int(max(names).partition("-")[0]) if names else 0
    name = f"{max(time.time_ns(), last + 1):020}-{kind}-{_digest(key)}.json"
    if not NAME.fullmatch(name):
        raise ValueError(f"a kind is lower-case letters, not {kind!r}")
    return name


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # no name for a file: too long, or through a folder we may not enter
        return False


def copy_durably(source: Path, target: Path) -> None:
    """Have the file under another name too, on the disk; a target that is there is kept."""
    if target.exists():
        return
    new = _beside(target)
    try:
        _link_or_copy(source, new)
        with new.open("rb") as file:
            os.fsync(file.fileno())
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)  # renaming over another name of the same file does nothing
    _flush_folder(target.parent)


def _link_or_copy(source: Path, new: Path) -> None:
    try:
        os.link(source, new)
    except OSError:  # another disk, or one without links
        shutil.copyfile(source, new)


def write_durably(file: Path, content: bytes) -> None:
    new = _beside(file)
    try:
        with new.open("xb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
    _flush_folder(file.parent)


def _beside(file: Path) -> Path:
    return file.with_name(f".{file.name}.{os.getpid()}.{time.monotonic_ns()}.new")


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sealed(document: dict[str, Any]) -> bytes:
    body = json.dumps(document, allow_nan=False).encode("ascii")
    return hashlib.sha256(body).hexdigest().encode("ascii") + b"\n" + body + b"\n"


def unsealed(content: bytes) -> dict[str, Any]:
    seal, _, rest = content.partition(b"\n")
    body = rest.removesuffix(b"\n")
    if hashlib.sha256(body).hexdigest().encode("ascii") != seal:
        raise Damaged("the seal does not fit the content")
    document = json.loads(body)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise Damaged("of another format")
    return document


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
