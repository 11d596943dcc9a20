"""Whether a text can be read aloud as it stands, and is short enough to be kept in mind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from routing.problem import Problem, problem

MAX_TITLE = 16  # characters: about four seconds of speech
MAX_CHOICE = 12  # five choices and their keys then take about 15 s
_HAN = "\u3400-\u9fff"
_READABLE = re.compile(f"[{_HAN}]+([、，][{_HAN}]+)*")  # brackets, slashes, digits are not


@frozen
class Title:
    """A text that callers hear, and whose it is."""

    kind: str
    place: str
    text: str
    at_most: int = MAX_TITLE


def unspeakable(title: Title) -> Iterator[Problem]:
    """What hinders the voice from reading it."""
    if not title.text.strip():
        yield problem("spoken-missing", title.place, kind=title.kind)
        return
    words = {"kind": title.kind, "title": title.text}
    if len(title.text) > title.at_most:
        limits = {"length": len(title.text), "most": title.at_most}
        yield problem("spoken-too-long", title.place, **words, **limits)
    if not _READABLE.fullmatch(title.text):
        yield problem("spoken-unreadable", title.place, **words)
