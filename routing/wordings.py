"""Finding known wordings in a sentence, as they are written or as they sound, in one pass."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

BETWEEN: Final = "\n"  # between the signs and their sound; in neither


class How(Enum):
    """What evidence rests on."""

    CHARACTERS = "CHARACTERS"
    SOUND = "SOUND"
    EXAMPLE = "EXAMPLE"
    PLACE = "PLACE"


# A plain tuple: a sentence has dozens, and making them is what reading it costs.
class Found(NamedTuple):
    """A wording in signs `start` to before `end`; `meaning` is what it was added with."""

    start: int
    end: int
    how: How
    wording: str
    meaning: Any


class Wordings:
    """Many wordings looked for at once, overlapping ones too."""

    def __init__(self) -> None:
        self._known: dict[str, list[tuple[How, str, Any]]] = {}
        self._meanings: tuple[list[tuple[How, str, Any]], ...] = ()
        self._matcher: AhoCorasick | None = None

    def add(self, wording: str, meaning: object, sound: str = "") -> None:
        """Look for `wording`, and for its `sound` where one is given."""
        if wording:
            self._known.setdefault(wording, []).append((How.CHARACTERS, wording, meaning))
        if sound and sound != wording:
            self._known.setdefault(sound, []).append((How.SOUND, wording, meaning))

    def seal(self) -> None:
        """To be called once, after the last `add`."""
        self._meanings = tuple(self._known.values())
        if self._known:
            self._matcher = AhoCorasick(
                tuple(self._known), implementation=Implementation.ContiguousNFA
            )

    def find(self, signs: str, sound: str) -> list[Found]:
        """All of them, in characters first; what is written is not reported as heard too.

        `sound` is as long as `signs`.
        """
        if self._matcher is None:
            return []
        length = len(signs) + 1
        found: list[Found] = []
        written: set[tuple[int, int]] = set()
        for pattern, start, end in self._matcher.find_matches_as_indexes(
            f"{signs}{BETWEEN}{sound}", overlapping=True
        ):
            if start < length:
                written.add((start, end))
            else:
                start, end = start - length, end - length  # noqa: PLW2901 - now of the signs
                if (start, end) in written:
                    continue
            for how, wording, meaning in self._meanings[pattern]:
                found.append(Found(start, end, how, wording, meaning))
        return found
