"""Where a call goes when a line is closed, busy or silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from attrs import frozen

from routing.errors import NoSuchEntry
from routing.ids import LineCode

if TYPE_CHECKING:
    from routing.table import RoutingTable

MAX_HOPS = 8  # at 25 s of ringing each, nobody waits longer


# Tagged structs, not attrs classes: msgspec tells only those apart in a union.
class LineHop(msgspec.Struct, frozen=True, tag="line"):
    """Ring this line, if it is open."""

    line: LineCode


class QueueHop(msgspec.Struct, frozen=True, tag="queue"):
    """Wait for an operator."""


class MessageHop(msgspec.Struct, frozen=True, tag="message"):
    """Leave a message, which becomes a ticket."""


Hop = LineHop | QueueHop | MessageHop

LAST_RESORT: tuple[Hop, ...] = (QueueHop(), MessageHop())


@frozen
class Chain:
    """A line's hops: first the line itself, last the operator queue and the message."""

    line: LineCode
    hops: tuple[Hop, ...]


def hops(table: RoutingTable, line: LineCode) -> tuple[Hop, ...]:
    """Where a call for `line` goes, in order, no line twice; never empty.

    A line without a chain of its own is tried and then left to the operators. An unknown line
    raises `NoSuchEntry`.
    """
    if not table.directory.has_line(line):
        raise NoSuchEntry("line", line)
    chain = table.chain(line)
    listed = chain.hops if chain else (LineHop(line), *LAST_RESORT)
    return tuple(dict.fromkeys(listed))
