"""A difference between two tables in plain Chinese, and as data for a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cached_property
from typing import Final

from attrs import frozen

from routing.diff import RowChange, changes, reordered
from routing.forms import form
from routing.sheet import Cells, Form, Key, Sheets

EMPTY: Final = "空"


class Kind(Enum):
    """What happened to a row, or to a sheet's order."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"


@frozen
class CellChange:
    """One cell as officers read it: codes are followed by the names they stand for."""

    column: str
    title: str
    before: str
    after: str


@frozen
class Difference:
    """One row that differs. `name` is what officers call it, `sentence` says the whole."""

    kind: Kind
    sheet: str
    sheet_title: str
    key: Key
    name: str
    cells: tuple[CellChange, ...]
    sentence: str


def differences(before: Sheets, after: Sheets) -> tuple[Difference, ...]:
    """Everything that differs, in the order of the sheets; nothing when the tables are the same."""
    old, new = Names(before), Names(after)
    rows = tuple(_difference(change, old, new) for change in changes(before, after))
    return (*rows, *map(_reordered, reordered(before, after)))


@frozen
class Names:
    """What the codes of a table stand for."""

    sheets: Sheets

    @cached_property
    def _titles(self) -> Mapping[str, str]:
        return {
            code: title
            for sheet, (code_column, title_column) in _TITLED.items()
            for row in map(form(sheet).row, self.sheets.sheet(sheet).rows)
            for code, title in ((row[code_column], row[title_column]),)
        }

    @cached_property
    def _levels(self) -> Mapping[str, str]:
        menu = map(form("menu").row, self.sheets.sheet("menu").rows)
        return {row["target"]: row["title"] for row in reversed(list(menu))}

    def of_row(self, sheet: Form, cells: Cells) -> str:
        """What officers call this row."""
        row = sheet.row(cells)
        match sheet.name:
            case "menu":
                return f"{self.level(row['node'])} 按{row['key']}“{row['title']}”"
            case "questions":
                return f"{row['question']} 按{row['key']}“{row['title']}”"
            case "readings" | "chains":
                return self.named(row["line"])
            case "contacts":
                return f"{self.named(row['code'])} {row['role']}{row['name']}"
            case name:
                return row[_CALLED[name]]

    def level(self, node: str) -> str:
        """A level of the menu, by the choice that leads there."""
        return "首层" if node == "root" else self._levels.get(f"node:{node}", node)

    def named(self, code: str) -> str:
        """The code with the name it stands for, where it stands for something."""
        if code == "0":
            return "人工（按0）"
        title = self._titles.get(code)
        return f"{title}（{code}）" if title else code

    def cell(self, column: str, text: str) -> str:
        """A cell as officers read it."""
        if not text:
            return EMPTY
        match column:
            case "target":
                return "、".join(map(self._target, text.split("|")))
            case "hops":
                return "→".join(_HOPS.get(hop) or self.named(hop) for hop in text.split())
            case "department_code" | "area_code" | "parent_code" | "line" | "code" | "matter":
                return self.named(text)
            case _:
                return f"“{text}”"

    def _target(self, target: str) -> str:
        kind, _, name = target.partition(":")
        match kind:
            case "node":
                return f"菜单“{self.level(name)}”"
            case "line":
                return f"热线 {self.named(name)}"
            case "area":
                return f"区域提问“{name}”"
            case "service":
                return "查询进度"
            case _:
                return self.named(target)


_TITLED: Final = {
    "departments": ("code", "name"),
    "hotlines": ("code", "title"),
    "areas": ("code", "name"),
    "matters": ("id", "title"),
}
_CALLED: Final = {
    "departments": "name",
    "hotlines": "title",
    "areas": "name",
    "emergency": "name",
    "notices": "text",
    "matters": "title",
    "keywords": "keyword",
    "examples": "text",
    "landmarks": "name",
    "dangers": "words",
    "phrases": "text",
    "groups": "group",
}
_HOPS: Final = {"QUEUE": "话务员排队", "MESSAGE": "留言"}


def _difference(change: RowChange, old: Names, new: Names) -> Difference:
    sheet = form(change.sheet)
    cells = tuple(_cells(change, sheet, old, new))
    told = change.before if change.after is None else change.after
    name = (old if change.before is not None else new).of_row(sheet, change.before or told or ())
    kind = _kind(change)
    sentence = f"{_sentence(kind, f'{sheet.title} {name}', cells)}。"
    return Difference(kind, change.sheet, sheet.title, change.key, name, cells, sentence)


def _sentence(kind: Kind, called: str, cells: tuple[CellChange, ...]) -> str:
    match kind:
        case Kind.ADDED:
            given = (f"{each.title}{each.after}" for each in cells if each.after != EMPTY)
            return f"新增{called}：{'，'.join(given)}"
        case Kind.REMOVED:
            return f"删除{called}"
        case _:
            return f"{called} 的{'，'.join(map(_cell_sentence, cells))}"


def _kind(change: RowChange) -> Kind:
    if change.before is None:
        return Kind.ADDED
    return Kind.REMOVED if change.after is None else Kind.CHANGED


def _cells(change: RowChange, sheet: Form, old: Names, new: Names) -> Iterator[CellChange]:
    empty = ("",) * len(sheet.columns)
    pairs = zip(sheet.columns, change.before or empty, change.after or empty, strict=True)
    for column, before, after in pairs:
        if before != after:
            shown = old.cell(column.name, before), new.cell(column.name, after)
            yield CellChange(column.name, column.title, *shown)


def _cell_sentence(cell: CellChange) -> str:
    return f"{cell.title}由{cell.before}改为{cell.after}"


def _reordered(name: str) -> Difference:
    title = form(name).title
    sentence = f"{title}各行的先后次序变了。"
    return Difference(Kind.REORDERED, name, title, (), title, (), sentence)
