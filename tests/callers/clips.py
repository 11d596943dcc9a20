"""The clips of voices.toml, for telephones that say them."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
SILENCE = b"\xd5"  # of A-law
RATE = 8000


def clip(name: str) -> Path:
    """What a caller says, 8 kHz A-law."""
    return HERE / f"{name}.alaw"


def joined(folder: Path, *names: str, apart: float) -> Path:
    """Several clips as one utterance, with so many seconds of silence between them."""
    pause = SILENCE * int(apart * RATE)
    path = folder / f"{'-'.join(names)}.alaw"
    path.write_bytes(pause.join(clip(name).read_bytes() for name in names))
    return path
