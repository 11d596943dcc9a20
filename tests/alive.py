"""Whether a process that is not our child is still there."""

from __future__ import annotations

import psutil


def alive(pid: int) -> bool:
    """Whether it runs: one that ended and was not waited for yet (a zombie) does not."""
    try:
        return psutil.Process(pid).status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False
