"""What a fault is: how it is injected and mended, and what has to be seen meanwhile."""

from __future__ import annotations

import asyncio
from typing import ClassVar, TypeVar

from tests.faults.world import World

_P = TypeVar("_P")


class CannotInject(Exception):
    """Not on this machine; the message says what is missing."""


class Fault:
    """One fault. `watch` runs while it lasts and tells what should not have been seen.

    prepare -- callers come -- inject -- watch -- heal -- all calls end -- put_back
    """

    number: ClassVar[int]
    name: ClassVar[str]
    scaled: ClassVar[bool] = False
    lasts: ClassVar[float] = 8.0
    drops: ClassVar[bool] = False  # callers may be cut off: the switch itself dies
    unkept: ClassVar[bool] = False  # the disk takes no sound
    unserved: ClassVar[float] = 1.5  # seconds a caller may hear nothing at all

    async def prepare(self, world: World) -> None:
        """What has to be in place before the callers come. Raises `CannotInject`."""

    async def inject(self, world: World) -> None:
        """Strike; returns when the part is broken. Raises `CannotInject`."""

    async def heal(self, world: World) -> None:
        """By default nothing is left to mend."""

    async def put_back(self, world: World) -> None:
        """Undo `prepare`, when nobody is on the line any more."""

    async def watch(self, world: World) -> list[str]:  # noqa: ARG002
        await asyncio.sleep(self.lasts)
        return []


def there(part: _P | None) -> _P:
    if part is None:
        raise CannotInject("not on this kind of site")
    return part
