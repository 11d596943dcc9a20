"""What an examination finds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from attrs import frozen

from ivr.settings import Settings


@frozen
class Finding:
    """One part: whether it is well, what was seen, and how to mend it (in Chinese)."""

    part: str
    well: bool
    detail: str
    mend: str = ""


Examination = Callable[[Settings], Awaitable[Finding]]
