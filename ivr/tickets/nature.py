"""What a request to a line usually is, from the words of its title: that decides its deadline."""

from __future__ import annotations

from typing import Final

from ivr.tickets.deadline import Nature, NatureOf
from routing.directory import Directory
from routing.ids import LineCode

# The first word that the title holds decides; the order is from urgent to ordinary.
WORDS: Final = (
    ("报修", Nature.URGENT_UTILITY),
    ("供电", Nature.URGENT_UTILITY),
    ("举报", Nature.REPORT),
    ("投诉", Nature.COMPLAINT),
    ("监督", Nature.COMPLAINT),
    ("监察", Nature.COMPLAINT),
    ("维权", Nature.COMPLAINT),
    ("咨询", Nature.CONSULTATION),
    ("信箱", Nature.SUGGESTION),
)


def nature_by_title(directory: Directory) -> NatureOf:
    """The nature of a request whose caller only chose a line; a caller without one needs help."""

    def nature_of(code: LineCode | None) -> Nature:
        title = directory.line(code).title if code and directory.has_line(code) else ""
        return next((nature for word, nature in WORDS if word in title), Nature.HELP)

    return nature_of
