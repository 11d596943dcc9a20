"""Child processes that never outlive the one that started them."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable
from typing import Final

PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_libc: Final = ctypes.CDLL(None, use_errno=True)


def dying_with_parent(sent: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """What a new child runs first: the kernel will send it `sent` when we end, however we end.

    The kernel watches the thread that starts the child, so start children from the main one.
    """
    parent = os.getpid()

    def ask_the_kernel() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, sent)
        if os.getppid() != parent:  # it ended before we could ask
            os.kill(os.getpid(), sent)

    return ask_the_kernel
