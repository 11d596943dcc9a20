"""Secrets of a site: made once, one file each, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from ivr.kernel.errors import NotConfigured
from ivr.settings import Settings

AMI: Final = "ami__secret"
DIALLER: Final = "dialler__secret"
TICKETS: Final = "ticket_numbers"
ADMIN: Final = "admin_password"


def secret(folder: Path, name: str) -> str:
    """The secret of this name, made (128 random bits) when there is none yet."""
    path = folder / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("utf-8").strip()
    made = secrets.token_hex(16)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(made + "\n")
        file.flush()
        os.fsync(file.fileno())
    return made


def ticket_secret(settings: Settings) -> bytes:
    """What makes ticket numbers unguessable; losing it would let numbers be given twice."""
    path = settings.secrets / TICKETS
    try:
        return path.read_bytes().strip()
    except OSError as why:
        raise NotConfigured(f"{path} is missing: run `hotline init`") from why
