"""The catalogue: every sentence a caller can hear, by name, and how long it may take.

A flow writes ``PROMPTS.greeting`` and gets a `Sound`; the wording stays in
``catalogue.toml``, where people who know no Python can edit it. Clips whose words come from
the routing table (titles, units, areas) are made here too, so that their ids are formed in
one place.
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from attrs import frozen

from ivr.kernel.errors import HotlineError
from ivr.kernel.ids import SoundId
from ivr.kernel.sound import Sound
from ivr.kernel.units import Seconds

LONGEST: Final = Seconds(15.0)  # nobody holds more than one breath of speech in mind
_TABLES: Final = {"sentences", "limits"}


class CatalogueWrong(HotlineError):
    """The catalogue can not be used; the message names the entry."""

    id = "catalogue-wrong"


@frozen
class Catalogue:
    """Sentences as attributes: ``catalogue.goodbye`` is ``Sound("goodbye", "...")``."""

    sentences: Mapping[str, Sound]
    limits: Mapping[str, Seconds]

    def __getattr__(self, name: str) -> Sound:
        """The sentence of this name; `AttributeError` tells the nearest one there is."""
        if not name.startswith("_") and name in self.sentences:
            return self.sentences[name]
        near = difflib.get_close_matches(name, self.sentences.keys(), n=1, cutoff=0.5)
        hint = f"; the nearest is {near[0]!r}" if near else ""
        raise AttributeError(f"the catalogue has no sentence {name!r}{hint}")

    def limit(self, sound: SoundId) -> Seconds:
        """How long this clip may take."""
        return self.limits.get(sound, LONGEST)

    @classmethod
    def parse(cls, toml: str) -> Catalogue:
        """Read a catalogue; raises `CatalogueWrong`."""
        try:
            tables = tomllib.loads(toml)
        except tomllib.TOMLDecodeError as wrong:
            raise CatalogueWrong(f"not TOML: {wrong}") from wrong
        if unknown := tables.keys() - _TABLES:
            raise CatalogueWrong(f"unknown table {min(unknown)!r}; there are {sorted(_TABLES)}")
        sentences = {name: _sentence(name, text) for name, text in _table(tables, "sentences")}
        limits = {name: _limit(name, value, sentences) for name, value in _table(tables, "limits")}
        return cls(sentences, limits)


def _table(tables: Mapping[str, object], name: str) -> list[tuple[str, object]]:
    found = tables.get(name, {})
    if not isinstance(found, dict):
        raise CatalogueWrong(f"{name!r} is no table")
    return list(found.items())


def _sentence(name: str, text: object) -> Sound:
    if not name.isidentifier() or name.startswith("_") or name in {"sentences", "limits", "limit"}:
        raise CatalogueWrong(f"{name!r} can not be the name of a sentence")
    if not isinstance(text, str) or not text.strip():
        raise CatalogueWrong(f"{name} has no text")
    return Sound(SoundId(name), text)


def _limit(name: str, value: object, sentences: Mapping[str, Sound]) -> Seconds:
    if name not in sentences:
        raise CatalogueWrong(f"a limit names {name!r}, which is no sentence")
    if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
        raise CatalogueWrong(f"the limit of {name} is no number of seconds")
    return Seconds(float(value))


PROMPTS: Final = Catalogue.parse((files("prompts") / "catalogue.toml").read_text("utf-8"))
"""The sentences of this product."""


def line_title(code: str, *, title: str) -> Sound:
    """A line's title as it is spoken: no brackets, no slashes."""
    return Sound(SoundId(f"line.{code}"), title)


def line_introduced(code: str, *, title: str, unit: str) -> Sound:
    """Which line was found and who is responsible, in one breath."""
    return Sound(SoundId(f"says.{code}"), f"您要找的是{title}，由{unit}负责。")


def menu_title(menu: str, *, title: str) -> Sound:
    """A menu's or a category's title."""
    return Sound(SoundId(f"menu.{menu}"), title)


def area_name(code: str, *, name: str) -> Sound:
    """A district's, street's or community's name."""
    return Sound(SoundId(f"area.{code}"), name)


def notice(text: str) -> Sound:
    """A notice; its id is made from its words, so that an edited notice is a new clip."""
    return Sound(SoundId(f"notice.{hashlib.sha256(text.encode()).hexdigest()[:12]}"), text)
