"""Who counts what recognisers do."""

from __future__ import annotations

from typing import Final, Protocol


class Watcher(Protocol):
    """Called on the loop; must be quick, must not raise."""

    def recognised(self, result: str) -> None:
        """An utterance ended: heard, nothing, busy, late, failed, away."""

    def took(self, seconds: float) -> None:
        """CPU of one recognition."""

    def queued(self, depth: int) -> None:
        """So many utterances wait."""

    def lost(self) -> None:
        """A worker process died."""


class NobodyWatches:
    """For tests and commands."""

    def recognised(self, result: str) -> None:
        pass

    def took(self, seconds: float) -> None:
        pass

    def queued(self, depth: int) -> None:
        pass

    def lost(self) -> None:
        pass


NOBODY_WATCHES: Final = NobodyWatches()
