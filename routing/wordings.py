"""Finding known wordings in a sentence, as they are written or as they sound, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, Final, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation
from attrs import frozen

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


@frozen
class Sets:
    """Which of many sets are there as a whole, all asked in one addition.

    A set has a bit for each member and one above them, into which adding 1 to all of them carries.
    """

    _bits: dict[object, int]
    _ones: int
    _tops: int

    @staticmethod
    def of(sets: Iterable[Sequence[object]]) -> Sets:
        """No member stands in two of `sets`; those without members are never there."""
        bits: dict[object, int] = {}
        ones = tops = 0
        first = 1
        for members in filter(None, sets):
            bits.update((member, first << place) for place, member in enumerate(members))
            ones, tops = ones | first, tops | first << len(members)
            first <<= len(members) + 1
        return Sets(bits, ones, tops)

    @property
    def size(self) -> int:
        """Bits that all sets take."""
        return self._tops.bit_length()

    def bit(self, member: object) -> int:
        """What to join for a member that is there; 0 for what is none."""
        return self._bits.get(member, 0)

    def any_whole(self, bits: int) -> bool:
        """Whether the members that have been joined make at least one set."""
        return (bits + self._ones) & self._tops != 0


_Known = tuple[How, str, Any]
_Told = tuple[int, tuple[_Known, ...]]  # the bits of a pattern, and what it tells
_Match = tuple[int, int, int]  # number of a pattern, start, end


class Spotted(NamedTuple):
    """Where wordings are: `alone` those that mean something by themselves.

    The others stand in nearly every sentence and mean something beside one another alone: `bits`
    are those of all of them, joined; `Wordings.parts` makes them when the bits have said enough.
    """

    alone: list[Found]
    bits: int
    matches: list[_Match]
    length: int  # of the signs


class Wordings:
    """Many wordings looked for at once, overlapping ones too."""

    def __init__(self) -> None:
        self._known: dict[str, list[_Known]] = {}
        self._alone: list[_Told] = []
        self._parts: list[_Told] = []
        self._shortest = 1 << 20  # signs of what has a sound
        self._matcher: AhoCorasick | None = None

    def add(self, wording: str, meaning: object, sound: str = "") -> None:
        """Look for `wording`, and for its `sound` where one is given."""
        if wording:
            self._known.setdefault(wording, []).append((How.CHARACTERS, wording, meaning))
        if sound and sound != wording:
            self._known.setdefault(sound, []).append((How.SOUND, wording, meaning))
            self._shortest = min(self._shortest, len(sound))

    def seal(self, bits: Callable[[object], int | None]) -> None:
        """To be called once, after the last `add`; None are the bits of what stands alone."""
        for known in self._known.values():
            alone: list[_Known] = []
            parts: list[_Known] = []
            joined = 0
            for each in known:
                bit = bits(each[2])
                (alone if bit is None else parts).append(each)
                joined |= bit or 0
            self._alone.append((joined, tuple(alone)))
            self._parts.append((0, tuple(parts)))
        if self._known:
            self._matcher = AhoCorasick(
                tuple(self._known), implementation=Implementation.ContiguousNFA
            )

    def find(self, signs: str, sound: str) -> Spotted:
        """All of them, in characters first; what is written is not reported as heard too.

        `sound` is as long as `signs`.
        """
        if self._matcher is None:
            return Spotted([], 0, [], 0)
        both = f"{signs}{BETWEEN}{sound}"
        matches = self._matcher.find_matches_as_indexes(both, overlapping=True)
        found, bits = self._told(matches, len(signs), self._alone)
        return Spotted(found, bits, matches, len(signs))

    def parts(self, spotted: Spotted) -> list[Found]:
        """What `spotted` left out."""
        return self._told(spotted.matches, spotted.length, self._parts)[0]

    def _told(
        self, matches: list[_Match], signs: int, told: list[_Told]
    ) -> tuple[list[Found], int]:
        """What is told of all `matches`, those in characters first, and their bits."""
        make, kind = tuple.__new__, Found  # its own constructor takes three times as long
        written: set[tuple[int, int]] = set()
        found: list[Found] = []
        bits = 0
        for pattern, start, end in matches:
            bit, known = told[pattern]
            if start > signs:
                start, end = start - signs - 1, end - signs - 1  # noqa: PLW2901 - now of the signs
                if (start, end) in written:
                    continue
            elif end - start >= self._shortest:
                written.add((start, end))
            bits |= bit
            for how, wording, meaning in known:
                found.append(make(kind, (start, end, how, wording, meaning)))
        return found, bits
