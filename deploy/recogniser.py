"""What hears and what understands, ready before the first call.

The recogniser's model came in halves with the Python packages and is joined; the router of the
shipped table is learned, once for each version of it.

Standard library only.
"""

from __future__ import annotations

from pathlib import Path

from deploy.steps import SetupFailed, run, say, step


def provide_recogniser(environment: Path) -> None:
    """A machine without it takes calls all the same: by keys."""
    with step("Joining the model of the recogniser (140 MB, in the user's cache)"):
        try:
            run([environment / "bin/python", "-m", "ivr.speech.model_files"])
        except SetupFailed as why:
            say(f"    Without it callers use keys: {why}")


def provide_router(environment: Path) -> None:
    """A machine without it learns it while its first callers use keys."""
    with step("Learning what sentences mean, from the examples of the routing table"):
        try:
            run([environment / "bin/python", "-m", "ivr.app.routers"])
        except SetupFailed as why:
            say(f"    The service will do it: {why}")
