"""What hears and what understands, ready before the first call.

The recogniser's model came in halves with the Python packages and is joined; single sounds and the
router of the shipped table are learned, once for each version of what they are learned from.

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
            return
    with step("Learning single sounds for short answers, from the voices of the lessons"):
        try:
            # Two ears listen at a time; each doing its sums on all cores would delay the other.
            single = ("env", "OPENBLAS_NUM_THREADS=1")
            run([*single, environment / "bin/python", "-m", "ivr.speech.learning"])
        except SetupFailed as why:
            say(f"    Without it 是, 不是 and digits are misheard more often: {why}")


def provide_router(environment: Path) -> None:
    """A machine without it learns it while its first callers use keys."""
    with step("Learning what sentences mean, from the examples of the routing table"):
        try:
            run([environment / "bin/python", "-m", "ivr.app.routers"])
        except SetupFailed as why:
            say(f"    The service will do it: {why}")
