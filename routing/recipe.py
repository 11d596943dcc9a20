"""Which programs a compiled router was made by, without loading what makes it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

# Of these modules what is compiled depends; others may change without compiling anew.
_PROGRAMS: Final = (
    *("calibrate", "choosing", "compiled", "danger", "decide", "features", "fitting", "hearing"),
    *("kindred", "learn", "lessons", "model", "noise", "outcomes", "place", "reading", "settled"),
    *("sound", "text", "weak", "wordings"),
)
_WORDS: Final = "kindred.csv"  # what they read that is no table of an editor's


def recipe() -> str:
    """Changes whenever the programs do that make or read what is compiled."""
    digest = hashlib.sha256()
    for name in (*(f"{program}.py" for program in _PROGRAMS), _WORDS):
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()
