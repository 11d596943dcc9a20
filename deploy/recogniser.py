"""The model of the recogniser: its halves came with the Python packages, here they are joined.

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
