"""The passwords of a site that runs on this machine, made once and kept in ``<home>/secrets``."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from attrs import frozen

CALLERS: Final = ("13804730001", "13804730002")
OPERATORS: Final = ("1001", "1002")
AMI_SECRET: Final = "ami__secret"  # noqa: S105  # the name by which the settings find it


@frozen
class Account:
    """A SIP account. `id` is the seat of an operator, and of a caller the number."""

    id: str
    user: str
    password: str


@frozen
class Accounts:
    """Everyone who may register with the switch, and the switch's own manager password."""

    callers: tuple[Account, ...]
    operators: tuple[Account, ...]
    ami_secret: str


def keep_accounts(folder: Path) -> Accounts:
    """The accounts of this site; what is not there yet gets a random password.

    The folder is readable by its owner alone, and so is every file in it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Accounts(
        tuple(Account(n, n, keep(folder / f"sip-{n}")) for n in CALLERS),
        tuple(Account(n, f"op{n}", keep(folder / f"sip-op{n}")) for n in OPERATORS),
        keep(folder / AMI_SECRET),
    )


def keep(path: Path) -> str:
    """The secret in `path`; made when there is none. Never half written."""
    try:
        return path.read_text("utf-8").strip()
    except FileNotFoundError:
        secret = secrets.token_urlsafe(18).replace("-", "x").replace("_", "y")
        write_private(path, secret + "\n")
        return secret


def write_private(path: Path, text: str) -> None:
    """Replace a file at once by one that only its owner can read."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
