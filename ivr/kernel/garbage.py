"""Memory, set for a process that serves calls for months: Python's collector and C's allocator."""

from __future__ import annotations

import ctypes
import gc
from typing import Final

YOUNG: Final = 20_000  # objects between two looks: a call makes hundreds, and few in rings
LARGE: Final = 1 << 20  # bytes; nothing that a call needs is near it
_TRIM_THRESHOLD: Final = -1  # names of glibc's malloc.h
_MMAP_THRESHOLD: Final = -3


def look_at_calls_only() -> None:
    """What is loaded by now stays; a collection amid a call then looks at calls only."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)


def give_large_pieces_back() -> bool:
    """What is large goes back to the system when it is freed; False where C's library can not.

    Left alone, glibc soon keeps pieces of up to 32 MiB for the thread that had them. CPython
    rebuilds its table of names (4 MiB) now and then in whatever thread runs, and each of a dozen
    would keep the hole.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_MMAP_THRESHOLD, LARGE) and mallopt(_TRIM_THRESHOLD, LARGE))
