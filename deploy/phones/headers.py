"""Who a SIP message says is calling.

Display names are what the dialplan puts on an operator's screen, so tests read them exactly.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

_ADDRESS: Final = re.compile(
    r"""\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^<"]*?))\s*<sips?:(?P<user>[^@>;]*)@?""",
    re.DOTALL,
)
_HEADER: Final = re.compile(r"^(?P<name>[\w-]+)\s*:\s*(?P<value>.*)$")
COMPACT: Final = {"f": "from", "t": "to", "i": "call-id", "m": "contact"}


def headers_of(message: str) -> dict[str, str]:
    """Header values by lower-case name; of a repeated header, the first."""
    head = re.split(r"\r?\n\r?\n", message, maxsplit=1)[0]
    unfolded = re.sub(r"\r?\n[ \t]+", " ", head)
    found: dict[str, str] = {}
    for line in unfolded.splitlines()[1:]:
        if match := _HEADER.match(line):
            name = match["name"].lower()
            found.setdefault(COMPACT.get(name, name), match["value"].strip())
    return found


def address(value: str) -> tuple[str, str]:
    """The display name and the user part of ``"Name" <sip:user@host>``; '' for what is missing."""
    match = _ADDRESS.match(value)
    if match is None:
        return "", ""
    quoted = match["quoted"]
    name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else match["plain"]
    return name, unquote(match["user"])


def caller_of(message: str) -> dict[str, object]:
    """Name and number of the caller, the number dialled, and every header."""
    headers = headers_of(message)
    name, number = address(headers.get("from", ""))
    dialled = re.match(r"INVITE sips?:([^@;> ]*)@", message)
    return {
        "name": name,
        "number": number,
        "dialled": unquote(dialled[1]) if dialled else "",
        "headers": headers,
    }


def quoted_name(name: str) -> str:
    """A display name as it stands in a header: quoted, with quotes and backslashes escaped."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
