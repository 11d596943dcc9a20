"""`make setup`: everything the product needs on a machine, without root and without questions.

Run with the machine's own Python 3.11 before anything is installed: standard library only.
Running it again takes a moment; a run that was cut off is taken up by the next.
"""

from __future__ import annotations

import fcntl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy import layout
from deploy.browser import provide_browser
from deploy.databases import provide_databases
from deploy.front_end import provide_front_end
from deploy.programs import provide_asterisk, provide_espeak
from deploy.python_env import provide_environment
from deploy.recogniser import provide_recogniser, provide_router
from deploy.steps import SetupFailed, say

CHECKOUT = Path(__file__).resolve().parent.parent


@contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time for this user, whichever checkout it was started in."""
    folder = layout.cache()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up is at work; waiting for it to end ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    started = time.monotonic()
    try:
        with alone():
            environment = provide_environment(CHECKOUT)
            provide_asterisk()
            provide_espeak(environment)
            provide_recogniser(environment)
            provide_router(environment)
            provide_databases()
            provide_browser()
            provide_front_end(CHECKOUT)
    except (SetupFailed, OSError) as problem:
        say(f"\nSet-up stopped: {problem}")
        return 1
    except KeyboardInterrupt:
        say("\nSet-up stopped; run it again to go on where it was.")
        return 130
    say(f"Set-up is complete ({time.monotonic() - started:.1f} s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
