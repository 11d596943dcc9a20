"""Quoting that can not be escaped from: text from outside becomes one argument, or is refused.

There are two languages. An AGI command line is split by `parse_args` in Asterisk's res_agi.c:
double quotes group, a backslash makes the next character plain. Inside it, the arguments of a
dialplan application are split again at commas, and many applications give `&`, `|`, `^`, quotes
and brackets a meaning of their own; nothing there can be escaped in a way that all of them
honour, so such characters are refused.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from ivr.kernel.errors import HotlineError

MAX_ARGUMENT: Final = 1024  # half of an old Asterisk's command buffer; nothing we say is near it
MAX_CALLER_NAME: Final = 60  # what the display of a desk telephone and a SIP header bear

_BREAKS: Final = re.compile(r"[\r\n\0]")
_MEANS_SOMETHING: Final = re.compile(r"[\x00-\x1f\x7f\"\\,|&^$`{}()\[\]<>;]")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}(?:\([A-Za-z0-9_,-]{0,80}\))?", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Unquotable(HotlineError):
    """Text that can not be put into a command without changing what the command means."""

    id = "unquotable"

    def __init__(self, what: str, text: str) -> None:
        super().__init__(f"{what}: {text[:40]!r}")


def agi_argument(text: str) -> str:
    """`text` as exactly one argument of an AGI command, quotes included.

    Raises `Unquotable` for a line break or NUL, which no quoting can carry, and for text
    beyond MAX_ARGUMENT bytes or that is not encodable.
    """
    if text.isalnum() and text.isascii() and len(text) <= MAX_ARGUMENT:
        return f'"{text}"'
    if _BREAKS.search(text):
        raise Unquotable("an AGI argument may hold no line break or NUL", text)
    if _size(text) > MAX_ARGUMENT:
        raise Unquotable(f"an AGI argument may hold {MAX_ARGUMENT} bytes", text)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')  # the backslash first
    return f'"{escaped}"'


def application_argument(text: str) -> str:
    """`text` as exactly one argument of a dialplan application, unchanged.

    Raises `Unquotable` for any character that an application or the dialplan reads as
    more than itself.
    """
    if _MEANS_SOMETHING.search(text) or text != text.strip():
        raise Unquotable("an application argument may hold plain text only", text)
    if _size(text) > MAX_ARGUMENT:
        raise Unquotable(f"an application argument may hold {MAX_ARGUMENT} bytes", text)
    return text


@lru_cache(maxsize=512)  # the product names some dozens
def variable_name(name: str) -> str:
    """`name` when it is a variable or a function of plain arguments: ``CALLERID(name)``."""
    if not _VARIABLE.fullmatch(name):
        raise Unquotable("no name of a channel variable", name)
    return name


def caller_name(text: str) -> str:
    """What a telephone can show of `text`: no control characters, at most MAX_CALLER_NAME."""
    if not text:
        return text
    return " ".join(_CONTROL.sub(" ", text).split())[:MAX_CALLER_NAME]


def _size(text: str) -> int:
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise Unquotable("text with half a surrogate pair", ascii(text)) from None
