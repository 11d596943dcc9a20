"""Whole numbers as addresses and forms carry them: written by anybody."""

from __future__ import annotations

from typing import Final

BIGGEST: Final = 2**31 - 1  # a database's INTEGER
LONGEST: Final = 16  # digits; Python refuses to read some thousands of them


def number_of(text: str, most: int = BIGGEST) -> int | None:
    """The number, None for what is none of ours."""
    if len(text) > LONGEST or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if number <= most else None
