"""Replacing a file so that whoever reads it sees the old one or the new one, never half of one.

And having what others wrote on the disk.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write beside it, flush to the disk, give it its name. Several writers do not meet.

    The file is readable by its owner alone. Raises OSError; then the old file stands.
    """
    descriptor, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(written).replace(path)
    except OSError:
        Path(written).unlink(missing_ok=True)
        raise


def flush_file(path: Path) -> None:
    """What others wrote to it, and its name, survive a power cut. Raises OSError."""
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
