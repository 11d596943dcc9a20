"""Hearing a sentence: what of the table's words is in it, and where; the model weighs it later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import compress
from typing import Final, NamedTuple

from attrs import frozen

from routing.danger import Alarm, DangerPart, Lookout
from routing.directory import Directory
from routing.ids import AreaCode
from routing.lexicon import Danger, Group, Keyword, Lexicon, Phrase, PhraseKind
from routing.place import NOWHERE, Gazetteer, Place
from routing.sound import SoundTable
from routing.text import PAUSE, PLACE, Alphabet, Text, key, read
from routing.wordings import Found, How, Sets, Spotted, Wordings

_HEARD: Final = 2  # syllables from which a keyword is told by its sound

# What follows the name proper tells of the matter, not of the place: 狮城社区的网格员.
_KIND_OF_PLACE: Final = (
    "社区",
    "居委会",
    "居委",
    "街道办",
    "街道",
    "街办",
    "村委会",
    "村委",
    "村",
    "镇",
)


@frozen
class Tables:
    """Character tables of a compiled router."""

    simplified: Mapping[str, str]
    sounds: SoundTable

    @cached_property
    def alphabet(self) -> Alphabet:
        return Alphabet(self.simplified)


@frozen
class InGroup:
    """The meaning of a word of a group of the lexicon, by its number."""

    group: int


@frozen
class Heard:
    """A sentence with all that was found in it.

    `signs` and `sound` are of the same length; fillers are gone from them and the names of places
    are one sign. `text` is as it was said: the spans of everything found refer to it.
    """

    text: Text
    signs: str
    sound: str
    mask: bytearray  # of the signs as they were said, 1 where one is kept
    place: Place
    area_known: tuple[AreaCode, ...]
    keywords: tuple[Found, ...]
    phrases: tuple[Found, ...]
    alarms: tuple[Alarm, ...]
    groups: tuple[int, ...] = ()  # by number in the lexicon

    @property
    def kept(self) -> tuple[int, ...]:
        """Which signs of `text` are left in `signs`."""
        return tuple(compress(range(len(self.mask)), self.mask))

    @property
    def areas(self) -> tuple[AreaCode, ...]:
        """Where the sentence speaks of; what it says goes before what was known."""
        return self.place.areas or (() if self.place.found else self.area_known)


class Ear:
    """Everything of a table that is looked for in a sentence."""

    def __init__(self, directory: Directory, lexicon: Lexicon, tables: Tables) -> None:
        self._tables = tables
        self._gazetteer = Gazetteer(directory, lexicon.landmarks)
        self._lookout = Lookout(lexicon.dangers)
        self._wordings = Wordings()
        self._gazetteer.add_to(self._wordings, tables.sounds)
        self._lookout.add_to(self._wordings, tables.sounds)
        self._add_words(lexicon.keywords, lexicon.phrases)
        self._add_groups(lexicon.groups)
        self._dangers = Sets.of(_needed(lexicon.dangers))
        self._above = self._dangers.size  # bits of groups stand above those of dangers
        self._wordings.seal(self._bits)
        self._cities = frozenset(area.code for area in directory.areas if not area.parent)

    def _bits(self, meaning: object) -> int | None:
        if isinstance(meaning, InGroup):
            return 1 << self._above + meaning.group
        return self._dangers.bit(meaning) if isinstance(meaning, DangerPart) else None

    def _add_words(self, keywords: Iterable[Keyword], phrases: Iterable[Phrase]) -> None:
        for keyword in keywords:
            for wording in keyword.wordings:
                self._add(wording, keyword)
        for phrase in phrases:
            self._add(phrase.text, phrase.kind)

    def _add_groups(self, groups: Iterable[Group]) -> None:
        for number, group in enumerate(groups):
            for word in group.words:
                self._add(word, InGroup(number))

    def _add(self, wording: str, meaning: object) -> None:
        signs = read(wording, self._tables.alphabet).signs
        self._wordings.add(
            signs, meaning, self._tables.sounds.of(signs) if len(signs) >= _HEARD else ""
        )

    def hear(self, original: str, area: str = "") -> Heard:
        """Never fails, whatever the text."""
        return self.understand(self.read(original), area)

    def read(self, original: str) -> Text:
        """The signs alone, which take a tenth of the time."""
        return read(original, self._tables.alphabet)

    def key(self, original: str) -> str:
        """Equal for sentences that differ in nothing that is heard."""
        return key(original, self._tables.alphabet)

    def understand(self, text: Text, area: str = "") -> Heard:
        """What is in a sentence that has been read."""
        sound = self._tables.sounds.of(text.signs)
        spotted = self._wordings.find(text.signs, sound)
        sorted_out = _sort(spotted.alone)
        place = self._gazetteer.place(sorted_out.places) if sorted_out.places else NOWHERE
        named = self._gazetteer.named(area) if area else ()
        masked = self._masked(place) if place.found else []
        mask, signs, sound = _without(text.signs, sound, masked, sorted_out.fillers)
        return Heard(
            text=text,
            signs=signs,
            sound=sound,
            mask=mask,
            place=self._beyond_city(place) if place.found else NOWHERE,
            area_known=tuple(code for code in named if code not in self._cities) if named else (),
            keywords=tuple(sorted_out.keywords),
            phrases=tuple(sorted_out.phrases),
            alarms=self._alarms(spotted, sorted_out.guards, text.signs),
            groups=_places_of(spotted.bits >> self._above),
        )

    def grouped(self, text: Text) -> list[Found]:
        """The words of groups in it, with their `InGroup`; for those who ask why."""
        spotted = self._wordings.find(text.signs, self._tables.sounds.of(text.signs))
        parts = self._wordings.parts(spotted)
        return [found for found in parts if isinstance(found.meaning, InGroup)]

    def _alarms(self, spotted: Spotted, guards: list[Found], signs: str) -> tuple[Alarm, ...]:
        if not self._dangers.any_whole(spotted.bits & (1 << self._above) - 1):
            return ()
        parts = (p for p in self._wordings.parts(spotted) if isinstance(p.meaning, DangerPart))
        return tuple(self._lookout.alarms(parts, guards, signs))

    def _masked(self, place: Place) -> list[tuple[int, int]]:
        return [_proper(found) for found in place.found if found.meaning[0] not in self._cities]

    def _beyond_city(self, place: Place) -> Place:
        """The city as a whole says nothing: everybody lives in it."""
        if all(code in self._cities for found in place.found for code in found.meaning):
            return Place((), ())
        return Place(tuple(code for code in place.areas if code not in self._cities), place.found)


class _Sorted(NamedTuple):
    places: list[Found]
    keywords: list[Found]
    phrases: list[Found]
    guards: list[Found]
    fillers: list[Found]


def _sort(found: Iterable[Found]) -> _Sorted:
    out = _Sorted([], [], [], [], [])
    places, keywords, phrases, guards, fillers = out
    for each in found:
        meaning = each.meaning
        if isinstance(meaning, Keyword):
            keywords.append(each)
        elif isinstance(meaning, tuple):
            places.append(each)
        elif meaning is PhraseKind.HUMAN or meaning is PhraseKind.PROGRESS:
            phrases.append(each)
        elif each.how is How.CHARACTERS:
            (fillers if meaning is PhraseKind.FILLER else guards).append(each)
    return out


def _places_of(bits: int) -> tuple[int, ...]:
    """The places of the bits that are 1, highest first."""
    places = []
    while bits:
        places.append(bits.bit_length() - 1)
        bits ^= 1 << places[-1]
    return tuple(places)


def _needed(dangers: Iterable[Danger]) -> Iterable[list[DangerPart]]:
    """Of each danger the parts without which it is none."""
    for number, danger in enumerate(dangers):
        yield [DangerPart(number, part) for part in range(len(danger.parts))]


def _proper(found: Found) -> tuple[int, int]:
    for tail in _KIND_OF_PLACE:
        if found.wording.endswith(tail) and found.wording != tail:
            return found.start, found.end - len(tail)
    return found.start, found.end


def _without(
    signs: str, sound: str, masked: list[tuple[int, int]], fillers: list[Found]
) -> tuple[bytearray, str, str]:
    """The signs that matter and which they are; a sentence of fillers alone keeps them."""
    if not masked and not fillers:
        return _no_pauses(signs), signs.replace(PAUSE, ""), sound.replace(PAUSE, "")
    mask = _no_pauses(signs)
    for filler in fillers:
        mask[filler.start : filler.end] = bytes(filler.end - filler.start)
    for start, _ in masked:
        mask[start] = 1
        signs = f"{signs[:start]}{PLACE}{signs[start + 1 :]}"
        sound = f"{sound[:start]}{PLACE}{sound[start + 1 :]}"
    for start, end in masked:
        mask[start + 1 : end] = bytes(end - start - 1)
    if not any(mask):
        mask = _no_pauses(signs)
    return mask, "".join(compress(signs, mask)), "".join(compress(sound, mask))


def _no_pauses(signs: str) -> bytearray:
    mask = bytearray(b"\1") * len(signs)
    at = signs.find(PAUSE)
    while at >= 0:
        mask[at] = 0
        at = signs.find(PAUSE, at + 1)
    return mask
