"""Where a caller speaks of: divisions and landmarks by the names people use, and by their sound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from routing.directory import Area, AreaLevel, Directory
from routing.ids import AreaCode
from routing.lexicon import Landmark
from routing.sound import SoundTable
from routing.wordings import Found, How, Wordings

_OFFICES: Final = ("村民委员会", "村委会", "居委会")
_COMMUNITY_TAILS: Final = ("社区", "小区", "居委会", "居委", "村委会", "村委", "村")
_STREET_TAILS: Final = ("街道办", "街道", "街办", "镇政府", "镇", "街")
_SAID_BARE: Final = 3  # syllables of a name that means nothing else
_HEARD: Final = 3  # syllables from which a name is told by its sound alone


@frozen
class Place:
    """What was understood of the place.

    `areas` are the codes it may be: none when no place was named, several when one name
    (幸福社区) stands for more than one. `found` are the wordings that said so.
    """

    areas: tuple[AreaCode, ...] = ()
    found: tuple[Found, ...] = ()


NOWHERE: Final = Place()


class Gazetteer:
    """All names of places of a table."""

    def __init__(self, directory: Directory, landmarks: Iterable[Landmark]) -> None:
        self._directory = directory
        self._names = dict(_grouped(_names(directory.areas)))
        for mark in landmarks:
            codes = self._names.get(mark.area)
            if codes:
                self._names[mark.name] = codes

    def add_to(self, wordings: Wordings, sounds: SoundTable) -> None:
        """Have every name looked for; its meaning is its codes."""
        for name, codes in self._names.items():
            wordings.add(name, codes, sounds.of(name) if len(name) >= _HEARD else "")

    def place(self, found: Iterable[Found]) -> Place:
        """The place that names speak of; names in different districts cancel one another."""
        kept = _longest(found)
        if not kept:
            return NOWHERE
        return Place(self._common(tuple(each.meaning for each in kept)), kept)

    def named(self, name: str) -> tuple[AreaCode, ...]:
        """The codes of a name from a form: 狮城社区, 狮城社区居委会, 海勃湾区; () if unknown."""
        return self._names.get(name.strip(), ())

    def _common(self, named: tuple[tuple[AreaCode, ...], ...]) -> tuple[AreaCode, ...]:
        """What all names agree on, most precise first; () when they do not."""
        agreed = named[0]
        for codes in named[1:]:
            pairs = tuple(self._narrower(one, two) for one in agreed for two in codes)
            agreed = tuple(dict.fromkeys(code for code in pairs if code))
        return agreed

    def _narrower(self, one: AreaCode, two: AreaCode) -> AreaCode | None:
        if self._directory.is_within(one, two):
            return one
        if self._directory.is_within(two, one):
            return two
        path_one, path_two = self._directory.area_path(one), self._directory.area_path(two)
        shared = [area for area in path_one if area in path_two]
        districts = [area.code for area in shared if area.level is not AreaLevel.CITY]
        return districts[-1] if districts else None


def spoken_name(area: Area) -> str:
    """The name as people and forms write it: without 居委会 or 村委会."""
    for office in _OFFICES:
        if area.name.endswith(office):
            stem = area.name.removesuffix(office)
            return stem if stem.endswith(("社区", "村")) else f"{stem}村"
    return area.name


def _names(areas: Iterable[Area]) -> Iterator[tuple[str, AreaCode]]:
    for area in areas:
        for name in _wordings_of(area):
            yield name, area.code


def _wordings_of(area: Area) -> Iterable[str]:
    stem, tails = _stem(area)
    said = {area.name, spoken_name(area), *(stem + tail for tail in tails)}
    alone = area.level is not AreaLevel.COMMUNITY or len(stem) >= _SAID_BARE
    return sorted(said | {stem} if alone else said)


def _stem(area: Area) -> tuple[str, tuple[str, ...]]:
    name = spoken_name(area)
    match area.level:
        case AreaLevel.CITY:
            return name.removesuffix("市"), ("市",)
        case AreaLevel.DISTRICT:
            return name.removesuffix("区"), ("区",)
        case AreaLevel.STREET:
            return name.removesuffix("街道").removesuffix("镇"), _STREET_TAILS
        case AreaLevel.COMMUNITY:
            return name.removesuffix("社区").removesuffix("村"), _COMMUNITY_TAILS


def _grouped(pairs: Iterable[tuple[str, AreaCode]]) -> Mapping[str, tuple[AreaCode, ...]]:
    codes: dict[str, list[AreaCode]] = {}
    for name, code in pairs:
        codes.setdefault(name, []).append(code)
    return {name: tuple(of) for name, of in codes.items()}


def _longest(found: Iterable[Found]) -> tuple[Found, ...]:
    """Each stretch once: written goes before heard, longer before shorter."""
    kept: list[Found] = []
    for each in sorted(found, key=lambda one: (one.how is How.SOUND, one.start - one.end)):
        if all(each.end <= other.start or other.end <= each.start for other in kept):
            kept.append(each)
    return tuple(sorted(kept))
