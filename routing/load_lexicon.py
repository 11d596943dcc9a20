"""Rows of the lexicon's sheets as values, and back.

Lists within a cell: alternatives are separated by "|", parts of a danger by blanks.
"""

from __future__ import annotations

import re

from routing import cells
from routing.ids import MatterId
from routing.lexicon import (
    MAX_WEIGHT,
    Danger,
    Example,
    Group,
    Keyword,
    Landmark,
    Matter,
    Phrase,
    PhraseKind,
)
from routing.load_menu import read_target, write_target
from routing.rows import Row

MAX_SENTENCE = 200  # characters; nobody says more before drawing breath

_WEIGHT = re.compile(f"[1-{MAX_WEIGHT}]", re.ASCII)
_INTENT = re.compile(r"[A-Z][0-9]{3,5}|EMERGENCY:[0-9]{3,8}|HUMAN|PROGRESS|UNCLEAR", re.ASCII)


def matter(row: Row) -> Matter:
    return Matter(MatterId(cells.slug(row, "id")), cells.title(row), read_target(row))


def matter_cells(value: Matter) -> dict[str, str]:
    return {"id": value.id, "title": value.title, "target": write_target(value.target)}


def keyword(row: Row) -> Keyword:
    return Keyword(
        text=cells.title(row, "keyword"),
        matter=MatterId(cells.slug(row, "matter")),
        weight=int(row.matching("weight", _WEIGHT, f"1到{MAX_WEIGHT}")),
        synonyms=_alternatives(row.optional("synonyms")),
    )


def keyword_cells(value: Keyword) -> dict[str, str]:
    return {
        "keyword": value.text,
        "matter": value.matter,
        "weight": str(value.weight),
        "synonyms": "|".join(value.synonyms),
    }


def example(row: Row) -> Example:
    targets = _alternatives(row.text("target"))
    for target in targets:
        if not _INTENT.fullmatch(target):
            row.bad("target", f"“{target[:20]}”不对，应为热线编号、EMERGENCY:号码或HUMAN等")
    area = row.optional("area", cells.MAX_TITLE)
    return Example(row.text("text", MAX_SENTENCE), targets, area)


def example_cells(value: Example) -> dict[str, str]:
    return {"text": value.text, "target": "|".join(value.targets), "area": value.area}


def landmark(row: Row) -> Landmark:
    return Landmark(cells.title(row, "name"), cells.title(row, "area"))


def landmark_cells(value: Landmark) -> dict[str, str]:
    return {"name": value.name, "area": value.area}


def danger(row: Row) -> Danger:
    parts = tuple(_alternatives(part) for part in row.text("words").split())
    if not all(parts):
        row.bad("words", "“|”两边要有词")
    return Danger(cells.number(row), parts, _alternatives(row.optional("unless")))


def danger_cells(value: Danger) -> dict[str, str]:
    words = " ".join("|".join(part) for part in value.parts)
    return {"number": value.number, "words": words, "unless": "|".join(value.unless)}


def phrase(row: Row) -> Phrase:
    return Phrase(row.member("kind", PhraseKind), cells.title(row, "text"))


def phrase_cells(value: Phrase) -> dict[str, str]:
    return {"kind": value.kind.value, "text": value.text}


def group(row: Row) -> Group:
    words = _alternatives(row.text("words"))
    if not words:
        row.bad("words", "至少要有一个词")
    return Group(cells.title(row, "group"), words)


def group_cells(value: Group) -> dict[str, str]:
    return {"group": value.name, "words": "|".join(value.words)}


def _alternatives(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, (word.strip() for word in cell.split("|"))))
