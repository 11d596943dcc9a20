"""Calls for help: wordings of the lexicon, and what takes them back.

没有着火，就是烟味大 must not alarm, nor 去年着火的房子, nor 万一着火怎么办. Both what alarms and
what was taken back are told, since a model that has read many sentences weighs them better.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import frozen

from routing.lexicon import Danger, PhraseKind
from routing.sound import SoundTable
from routing.text import PAUSE
from routing.wordings import Found, Wordings

_NEAR: Final = 10  # signs between the parts of a wording
_DENIES: Final = 4  # signs that a denial reaches forward
_HEARD: Final = 2  # syllables from which a part is told by its sound


@frozen
class Alarm:
    """A wording that calls for `number`; `lifted` when the sentence takes it back."""

    number: str
    parts: tuple[Found, ...]
    lifted: bool

    @property
    def span(self) -> tuple[int, int]:
        return min(part.start for part in self.parts), max(part.end for part in self.parts)


@frozen
class DangerPart:
    """The meaning of a wording: part `part` of danger `danger`; -1 is one that lifts it."""

    danger: int
    part: int


class Lookout:
    """The emergency lexicon of a table."""

    def __init__(self, dangers: Iterable[Danger]) -> None:
        self._dangers = tuple(dangers)
        self._needed = [len(danger.parts) for danger in self._dangers]

    def add_to(self, wordings: Wordings, sounds: SoundTable) -> None:
        """Have every part looked for; its meaning is a `DangerPart`."""
        for number, danger in enumerate(self._dangers):
            for part, alternatives in enumerate((danger.unless, *danger.parts), start=-1):
                for wording in alternatives:
                    sound = sounds.of(wording) if len(wording) >= _HEARD else ""
                    wordings.add(wording, DangerPart(number, part), sound)

    def alarms(self, parts: Iterable[Found], guards: Iterable[Found], signs: str) -> list[Alarm]:
        """Every danger all of whose parts are there, in order and near one another."""
        heard: dict[int, dict[int, list[Found]]] = {}
        for found in parts:
            danger, part = found.meaning.danger, found.meaning.part
            if danger not in heard:
                heard[danger] = {part: [found]}
            else:
                heard[danger].setdefault(part, []).append(found)
        whole = [number for number, of in heard.items() if len(of) >= self._needed[number]]
        waiting = tuple(guards)
        return [
            self._alarm(number, chain, heard[number], waiting, signs)
            for number in whole
            if (chain := _chain(heard[number], self._needed[number]))
        ]

    def _alarm(
        self,
        number: int,
        chain: tuple[Found, ...],
        heard: dict[int, list[Found]],
        guards: tuple[Found, ...],
        signs: str,
    ) -> Alarm:
        lifted = -1 in heard or any(_lifts(guard, chain[0].start, signs) for guard in guards)
        return Alarm(self._dangers[number].number, chain, lifted)


def _chain(heard: dict[int, list[Found]], parts: int) -> tuple[Found, ...]:
    """The first occurrence of each part after the one before it; () when one is missing."""
    chain: list[Found] = []
    for part in range(parts):
        after = chain[-1].end if chain else 0
        furthest = after + _NEAR if chain else 1 << 20
        fitting = [f for f in heard.get(part, ()) if after <= f.start <= furthest]
        if not fitting:
            return ()
        chain.append(min(fitting))
    return tuple(chain)


def _lifts(guard: Found, start: int, signs: str) -> bool:
    if guard.meaning is not PhraseKind.DENIED:
        return True
    return guard.end <= start <= guard.end + _DENIES and PAUSE not in signs[guard.end : start]
