"""One decision from several readings of what was said: the router chooses, not the recogniser.

Readings of one utterance differ where the recogniser was in doubt. Each is decided, and the
decisions are weighed by how likely the readings are and how sure each decision is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from attrs import evolve, frozen

from ivr.kernel.heard import Heard
from routing.decision import SHOWN, Candidate, Certainty, Decision
from routing.ids import LineCode
from routing.outcomes import ROUTE, UNCLEAR

Decide = Callable[[str], Decision]

ALARM: Final = 0.45  # share of the readings that speak of danger from which one asks back
CERTAIN: Final = 0.5  # and from which one connects
MARGIN: Final = 0.15  # between the first line and the next, less than which the caller is asked
_MUTE: Final = 0.1  # say of a reading in which no request was found


@frozen
class _Vote:
    decision: Decision
    weight: float


def understand(heard: Heard, decide: Decide) -> Decision:
    """Where an utterance goes. Of nothing heard the decision is that on an empty text."""
    if heard.choice or len(heard.hypotheses) < 2:
        return decide(heard.text)
    weights = heard.weights()
    votes = [
        _Vote(decide(one.text), weight)
        for one, weight in zip(heard.hypotheses, weights, strict=True)
    ]
    return _danger(votes) or _winner(votes)


def _danger(votes: Sequence[_Vote]) -> Decision | None:
    """Help is not voted down: a good share of the readings is enough to ask whether it is so."""
    alarms = [vote for vote in votes if vote.decision.is_emergency]
    share = sum(vote.weight for vote in alarms)
    if share < ALARM:
        return None
    first = max(alarms, key=lambda vote: vote.weight).decision
    if share >= CERTAIN:
        return first
    return evolve(first, certainty=Certainty.ASK, confidence=share)


def _winner(votes: Sequence[_Vote]) -> Decision:
    says: dict[str, float] = defaultdict(float)
    for vote in votes:
        mute = _MUTE if vote.decision.intent == UNCLEAR else 1.0
        says[vote.decision.label] += mute * vote.weight * vote.decision.confidence
    label = max(says, key=says.__getitem__)
    agreed = [vote for vote in votes if vote.decision.label == label]
    if label == ROUTE:
        return _of_lines(agreed)
    best = _best(agreed)
    # Danger that leads without a good share of the readings is asked about.
    return evolve(best, certainty=Certainty.ASK) if best.is_emergency else best


def _of_lines(votes: Sequence[_Vote]) -> Decision:
    """Lines by their weighed chances; reasons from the reading that speaks most for the first."""
    chances: dict[LineCode, float] = defaultdict(float)
    total = sum(vote.weight for vote in votes)
    for vote in votes:
        for candidate in vote.decision.candidates:
            chances[candidate.line] += vote.weight / total * candidate.confidence
    ranked = sorted(chances, key=lambda line: -chances[line])[:SHOWN]
    first = [vote for vote in votes if vote.decision.line == ranked[0]] if ranked else []
    best = _best(first or votes)
    candidates = tuple(Candidate(line, chances[line]) for line in ranked)
    return evolve(best, candidates=candidates, certainty=_certainty(best, candidates))


def _certainty(best: Decision, candidates: Sequence[Candidate]) -> Certainty:
    """As sure as its reading, unless the readings lead to different lines."""
    if best.certainty is not Certainty.SURE or len(candidates) < 2 or best.question:
        return best.certainty
    close = candidates[0].confidence - candidates[1].confidence < MARGIN
    return Certainty.ASK if close else Certainty.SURE


def _best(votes: Sequence[_Vote]) -> Decision:
    return max(votes, key=lambda vote: vote.weight * vote.decision.confidence).decision
