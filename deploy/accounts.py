"""The passwords of a site that runs on this machine, made once and kept in ``<home>/secrets``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from attrs import frozen

from ivr.app.secrets import AMI, secret

CALLERS: Final = ("13804730001", "13804730002")
OPERATORS: Final = ("1001", "1002")


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
    return Accounts(
        tuple(Account(n, n, secret(folder, f"sip-{n}")) for n in CALLERS),
        tuple(Account(n, f"op{n}", secret(folder, f"sip-op{n}")) for n in OPERATORS),
        secret(folder, AMI),
    )


def write_private(path: Path, text: str) -> None:
    """Replace a file at once by one that only its owner can read."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
