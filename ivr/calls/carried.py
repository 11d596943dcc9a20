"""What a caller said, as it travels on the channel beside the place of the call.

Should the process die that heard it, whoever serves the caller next, or answers them, still has
their words. They are anybody's: on the channel they are letters, digits, ``-``, ``_`` and ``=``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Final

import msgspec

from ivr.calls.live import Understood
from routing.ids import LineCode

WORDS: Final = "HOTLINE_WORDS"
WORDS_LIMIT: Final = 1500  # bytes; a command of Asterisk 20 holds 2047
TEXT_LIMIT: Final = 120  # characters of one sentence; twenty seconds hold a hundred
LINES_LIMIT: Final = 3  # as many as a screen shows


class _Said(msgspec.Struct, frozen=True, array_like=True):
    text: str
    confidence: float
    label: str
    lines: tuple[str, ...]


def write_words(said: Iterable[Understood]) -> str:
    """One line of ASCII; of a long talk the last that has room. Reasons do not travel."""
    kept = [_Said(_line(one.text), one.confidence, one.label, _lines(one)) for one in said]
    while len(text := _packed(kept)) > WORDS_LIMIT:
        del kept[0]
    return text


def read_words(text: str) -> tuple[Understood, ...]:
    """Nothing for what can not be read."""
    if not text or len(text) > WORDS_LIMIT:
        return ()
    try:
        packed = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        said = msgspec.json.decode(packed, type=tuple[_Said, ...])
    except (UnicodeEncodeError, binascii.Error, msgspec.MsgspecError):
        return ()
    return tuple(_understood(one) for one in said)


def _packed(said: list[_Said]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(said)).decode() if said else ""


def _line(text: str) -> str:
    """Without line breaks and without signs that nobody can see."""
    seen = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(seen.split())[:TEXT_LIMIT]


def _lines(said: Understood) -> tuple[str, ...]:
    return tuple(said.lines[:LINES_LIMIT])


def _understood(said: _Said) -> Understood:
    lines = tuple(LineCode(line) for line in said.lines[:LINES_LIMIT])
    return Understood(_line(said.text), min(max(said.confidence, 0.0), 1.0), said.label, lines)
