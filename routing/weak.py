"""Examples that nobody wrote: titles, what duties list, keywords, dangers; each a few words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from routing.directory import Line
from routing.lexicon import Example, PhraseKind
from routing.menu import ToQuestion
from routing.outcomes import EMERGENCY, HUMAN, PROGRESS, Districts, lines_of
from routing.table import RoutingTable

# A duty also says who takes the rest; those parts speak of other lines.
_OF_OTHERS: Final = re.compile("归|拨|可转|先由|不受理")
_OPENING: Final = re.compile("^(受理|解答|提供|接报|办理|监督|面向|组织|核验|预约)")
_PLACES: Final = re.compile("乌达区、海南区|海勃湾区内?|全市及?|市级")
_SHORTEST: Final = 2


def weak_examples(table: RoutingTable) -> Iterator[Example]:
    """In the order of the table."""
    districts = Districts(table)
    for line in table.directory.lines:
        district = districts.of_line[line.code]
        area = table.directory.area(district).name if district else ""
        for text in (line.title, *_listed(line)):
            yield Example(text, (line.code,), area)
    yield from _keywords(table)
    yield from _dangers(table)
    yield from _phrases(table)


def _listed(line: Line) -> Iterator[str]:
    for part in line.duty.rstrip("。").split("，"):
        if not _OF_OTHERS.search(part):
            plain = _PLACES.sub("", _OPENING.sub("", part))
            yield from (each for each in plain.split("、") if len(each) >= _SHORTEST)


def _keywords(table: RoutingTable) -> Iterator[Example]:
    targets = {matter.id: matter.target for matter in table.lexicon.matters}
    for keyword in table.lexicon.keywords:
        target = targets.get(keyword.matter)
        lines = lines_of(table, target)
        if isinstance(target, ToQuestion):
            lines = lines[::-1]  # the city's first: no place is named
        for wording in keyword.wordings:
            if lines and len(wording) >= _SHORTEST:
                yield Example(wording, lines)


def _dangers(table: RoutingTable) -> Iterator[Example]:
    """Every alternative of every part at least once, with some of the other parts."""
    for danger in table.lexicon.dangers:
        for turn in range(max(map(len, danger.parts))):
            said = "".join(part[turn % len(part)] for part in danger.parts)
            yield Example(said, (EMERGENCY + danger.number,))


def _phrases(table: RoutingTable) -> Iterator[Example]:
    intents = {PhraseKind.HUMAN: HUMAN, PhraseKind.PROGRESS: PROGRESS}
    for phrase in table.lexicon.phrases:
        if phrase.kind in intents:
            yield Example(phrase.text, (intents[phrase.kind],))
