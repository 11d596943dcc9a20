"""Keeping children running: one that dies is started again, sooner at first and later after.

::

    started -> running -> ended -> waiting (1, 2, 4 ... 30 s) -> started
                                   held, while its hold file exists
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import define, field

from deploy.children import Child
from deploy.steps import say

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 30.0
STEADY: Final = 60.0  # one that ran this long is not failing again and again


@define
class _Watched:
    child: Child
    wait: float = FIRST_WAIT
    started: float = 0.0
    due: float | None = None  # when it is started again


@define
class Supervisor:
    """Watches `children`; `changed` is called after each restart, when a pid is new.

    `holds` names for a child a file: while that exists, the child is not started again.
    """

    children: Sequence[Child]
    changed: Callable[[], None]
    holds: Mapping[str, Path]
    now: Callable[[], float] = time.monotonic
    _watched: list[_Watched] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._watched = [_Watched(child, started=self.now()) for child in self.children]

    def look(self) -> None:
        """Notice who has ended, and start again whose time has come."""
        for watched in self._watched:
            if watched.child.running:
                continue
            if watched.due is None:
                self._plan(watched)
            elif self.now() >= watched.due and not self._held(watched.child):
                self._restart(watched)

    def _plan(self, watched: _Watched) -> None:
        if self.now() - watched.started >= STEADY:
            watched.wait = FIRST_WAIT
        watched.due = self.now() + watched.wait
        child = watched.child
        say(f"{child.name} ended ({child.ended_with}); starting it again in {watched.wait:.0f} s")
        if self._held(child):
            say(f"... but not before {self.holds[child.name]} is removed")
        watched.wait = min(watched.wait * 2, LONGEST_WAIT)

    def _restart(self, watched: _Watched) -> None:
        watched.child.start()
        watched.started, watched.due = self.now(), None
        say(f"{watched.child.name} started again, pid {watched.child.pid}")
        self.changed()

    def _held(self, child: Child) -> bool:
        hold = self.holds.get(child.name)
        return hold is not None and hold.exists()
