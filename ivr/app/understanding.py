"""What callers' words mean: the router of the table that their call began with."""

from __future__ import annotations

from functools import lru_cache

from attrs import frozen

from ivr.app.tables import InForce
from ivr.calls import likely
from ivr.calls.understanding import CERTAIN, understand
from ivr.kernel.heard import Heard
from routing.decide import Router
from routing.decision import Decision
from routing.ids import AreaCode
from routing.table import Snapshot


@frozen
class TableUnderstanding:
    """See `agi_scripts.visit.Understanding`."""

    router: Router

    @property
    def places(self) -> tuple[str, ...]:
        return _places(self.router)

    def decide(self, heard: Heard, area: AreaCode | None) -> Decision:
        return understand(heard, lambda text: self.router.decide(text, area))

    def danger(self, heard: Heard) -> str:
        """As sure readings of the utterance are together; one odd reading alarms nobody."""
        texts = [one.text for one in heard.hypotheses]
        numbers = [self.router.danger(text) for text in texts]
        share = sum(
            weight for weight, number in zip(heard.weights(), numbers, strict=True) if number
        )
        return next(filter(None, numbers), "") if share >= CERTAIN else ""


@lru_cache(maxsize=4)  # versions of the table that calls in progress began with
def _places(router: Router) -> tuple[str, ...]:
    return likely.places(router.table.directory)


def understanding_of(held: InForce, snapshot: Snapshot) -> TableUnderstanding | None:
    """None while the router of this very table has not been learned: then keys decide."""
    if held.router is None or held.snapshot.number != snapshot.number:
        return None
    return TableUnderstanding(held.router)
