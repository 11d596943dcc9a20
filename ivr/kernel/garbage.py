"""Python's collector of rings, set for a process that serves calls."""

from __future__ import annotations

import gc
from typing import Final

YOUNG: Final = 20_000  # objects between two looks: a call makes hundreds, and few in rings


def look_at_calls_only() -> None:
    """What is loaded by now stays; a collection amid a call then looks at calls only."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
