"""Every clip the product can ask for."""

from __future__ import annotations

from agi_scripts.words import wanted as wanted_by
from ivr.kernel.sound import Sound
from prompts.catalogue import PROMPTS
from prompts.vocabulary import vocabulary
from routing.table import RoutingTable


def wanted(table: RoutingTable) -> tuple[Sound, ...]:
    """The catalogue, the vocabulary of the readers, and what this table says."""
    return tuple(dict.fromkeys((*PROMPTS.sentences.values(), *vocabulary(), *wanted_by(table))))
