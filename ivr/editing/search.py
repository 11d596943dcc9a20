"""Finding a line by what it is called: characters, pinyin, their initials, or digits."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from attrs import frozen

from routing.sheet import Sheets

MOST_QUERY: Final = 40
REMEMBERED: Final = 8_192  # titles; a table has some hundred


@frozen
class Found:
    """A line and its unit, as rows; `rank` is smaller the better it fits."""

    rank: int
    line: dict[str, str]
    unit: dict[str, str]


def search(sheets: Sheets, query: str) -> tuple[Found, ...]:
    """The lines that fit, best first; every line for an empty query. Takes milliseconds."""
    asked = query[:MOST_QUERY].strip().lower()
    units = {row["code"]: row for row in _rows(sheets, "departments")}
    found = (
        Found(rank, line, unit)
        for line in _rows(sheets, "hotlines")
        for unit in (units.get(line["department_code"], NO_UNIT),)
        if (rank := _rank(asked, line, unit)) is not None
    )
    return tuple(sorted(found, key=lambda each: each.rank))


NO_UNIT: Final = {"code": "", "name": "", "short_name": "", "level": "", "category": ""}


def _rows(sheets: Sheets, name: str) -> Iterable[dict[str, str]]:
    sheet = sheets.sheet(name)
    return map(sheet.form.row, sheet.rows)


def _rank(asked: str, line: dict[str, str], unit: dict[str, str]) -> int | None:
    """By title, then by unit, then by number; within each the beginning first."""
    if not asked:
        return 0
    for rank, text in enumerate((line["title"], unit["name"], unit["short_name"])):
        place = _place(asked, text)
        if place is not None:
            return 10 * rank + min(place, 9)
    fits = line["number"].startswith(asked) or line["code"].lower() == asked
    return 100 if fits else None


def _place(asked: str, text: str) -> int | None:
    """At which sign of the text it begins: as it is written, by initials, or spelled."""
    written = text.lower().find(asked)
    if written >= 0:
        return written
    spoken = syllables(text)
    begin = (place for place in range(len(spoken)) if _begins(asked, spoken[place:]))
    return next(begin, None) if asked.isascii() else None


def _begins(asked: str, spoken: tuple[str, ...]) -> bool:
    initials = "".join(syllable[:1] for syllable in spoken)
    return initials.startswith(asked) or "".join(spoken).startswith(asked)


@lru_cache(REMEMBERED)
def syllables(text: str) -> tuple[str, ...]:
    """In pinyin without tones; what is no character stands for itself."""
    # Not at the head of the file: reading its dictionaries takes a while, and calls come first.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    spelled = lazy_pinyin(text, style=Style.NORMAL, errors="\n".join)
    return tuple(each.lower() for part in spelled for each in part.split("\n"))
