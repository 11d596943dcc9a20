"""Has the speaker finished, or only stopped to think? From the words, or from the sound."""

from __future__ import annotations

import tomllib
from collections import deque
from functools import cache
from pathlib import Path
from typing import Final

_ENDINGS: Final = Path(__file__).with_name("hesitation.toml")
DRAWN: Final = 18  # frames: 那个 drawn out is held for 360 ms and more, a final 的 for 250
_STEADY: Final = 4.0  # dB between the loudest and the softest frame of a sound that is held
_LEVELS: Final = 30  # frames looked back on


def is_complete(text: str) -> bool:
    """Whether a sentence may end like this. Nothing at all is no sentence."""
    said = "".join(sign for sign in text if sign.isalnum())
    return bool(said) and not said.endswith(_endings())


@cache
def _endings() -> tuple[str, ...]:
    return tuple(tomllib.loads(_ENDINGS.read_text("utf-8"))["endings"])


class Drawl:
    """Notices a last sound that is held, as in 那个…… and 就是……, by its level."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=_LEVELS)

    def hear(self, level: float, *, voice: bool) -> None:
        """One frame of 20 ms."""
        if voice:
            self._levels.append(level)

    @property
    def is_drawn(self) -> bool:
        """Whether the sound before the pause was held on one level, fading aside."""
        if len(self._levels) < _LEVELS:
            return False
        held = sorted(list(self._levels)[-DRAWN - _FADE : -_FADE])
        return held[-1] - held[0] <= _STEADY


_FADE: Final = 4  # frames in which any sound dies away
