"""Which nodes are alive, by their beats. No input, no output, no clock of its own.

    beat                      silence: warn, rescue
  +------+                        +------+
  v      |                        v      |
BEATING -+---- silence: warn ---> SILENT -+
  ^                 rescue          |
  +---------- beat: clear ----------+
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final

from attrs import define, frozen

from ivr.kernel.clock import Clock
from ivr.kernel.units import Seconds, seconds

SILENCE: Final = seconds(1.2)  # four beats missed: longer than any turn of a busy loop


class Health(Enum):
    """What is thought of a node."""

    BEATING = "beating"
    SILENT = "silent"


class Sign(Enum):
    """What is seen of it."""

    BEAT = "beat"
    SILENCE = "silence"


class Deed(Enum):
    """What is to be done."""

    WARN = "warn"  # new calls do not go there
    RESCUE = "rescue"  # its callers are moved
    CLEAR = "clear"  # new calls may go there again


@frozen
class Order:
    """One deed for one node, named by its address."""

    deed: Deed
    node: str


@define
class _Node:
    heard: float
    health: Health = Health.BEATING


class Watch:
    """Told of beats as they come, and to `look` several times a second.

    Nodes that were never heard count from the beginning of the watch. While a node is silent
    each look orders its callers rescued: one whose operator hangs up later is found then.
    """

    def __init__(self, nodes: Iterable[str], clock: Clock, silence: Seconds = SILENCE) -> None:
        self._clock = clock
        self._silence = silence
        self._nodes = {node: _Node(clock.monotonic()) for node in nodes}

    def beat(self, name: str) -> tuple[Order, ...]:
        """`name` lives. A beat of a node that is not watched means nothing."""
        node = self._nodes.get(name)
        if node is None:
            return ()
        node.heard = self._clock.monotonic()
        return _turn(name, node, Sign.BEAT)

    def look(self) -> tuple[Order, ...]:
        """What is to be done about those who are silent now."""
        late = self._clock.monotonic() - self._silence
        silent = [(name, node) for name, node in self._nodes.items() if node.heard < late]
        return tuple(order for name, node in silent for order in _turn(name, node, Sign.SILENCE))

    @property
    def silent(self) -> frozenset[str]:
        return frozenset(n for n, node in self._nodes.items() if node.health is Health.SILENT)


def _turn(name: str, node: _Node, sign: Sign) -> tuple[Order, ...]:
    node.health, deeds = TABLE[node.health, sign]
    return tuple(Order(deed, name) for deed in deeds)


TABLE: Final[dict[tuple[Health, Sign], tuple[Health, tuple[Deed, ...]]]] = {
    (Health.BEATING, Sign.BEAT): (Health.BEATING, ()),
    (Health.BEATING, Sign.SILENCE): (Health.SILENT, (Deed.WARN, Deed.RESCUE)),
    (Health.SILENT, Sign.SILENCE): (Health.SILENT, (Deed.WARN, Deed.RESCUE)),
    (Health.SILENT, Sign.BEAT): (Health.BEATING, (Deed.CLEAR,)),
}
