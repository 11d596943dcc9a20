"""Units have types, so that no bare number is mistaken for another."""

from __future__ import annotations

from typing import NewType

Seconds = NewType("Seconds", float)
"""A duration in seconds."""


def seconds(value: float) -> Seconds:
    """Write ``seconds(25)``; the result of arithmetic is named again the same way."""
    return Seconds(value)
