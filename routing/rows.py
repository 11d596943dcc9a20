"""A row of text and its readers, so that whatever is wrong has a file, a row and a column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final, NoReturn, TypeVar

from attrs import frozen

from routing.errors import BadRow, BadRows

MAX_CELL = 1_000  # characters

MAX_TOLD: Final = 50  # bad rows; who has more looks for one cause first

Value = TypeVar("Value")
Member = TypeVar("Member", bound=Enum)


@frozen
class Row:
    """A row and where it stands; every reader raises `BadRow` with that place."""

    file: str
    number: int
    cells: dict[str, str]

    def bad(self, column: str, reason: str) -> NoReturn:
        raise BadRow(self.file, self.number, column, reason)

    def text(self, column: str, at_most: int = MAX_CELL) -> str:
        """The cell, not empty, on one line."""
        cell = self.optional(column, at_most)
        return cell or self.bad(column, "不能为空")

    def optional(self, column: str, at_most: int = MAX_CELL) -> str:
        """The cell without blanks at its ends; it may be empty."""
        cell = self.cells[column].strip()
        if len(cell) > at_most:
            self.bad(column, f"有{len(cell)}个字，最多{at_most}个字")
        if not cell.isprintable():
            self.bad(column, "含有换行或不可见的字符")
        return cell

    def matching(self, column: str, pattern: re.Pattern[str], expected: str) -> str:
        cell = self.text(column)
        if not pattern.fullmatch(cell):
            self.bad(column, f"“{cell[:20]}”不对，应为{expected}")
        return cell

    def member(self, column: str, of: type[Member]) -> Member:
        """The cell as a value of an enumeration."""
        cell = self.text(column)
        for member in of:
            if member.value == cell:
                return member
        known = "、".join(str(member.value) for member in of)
        return self.bad(column, f"“{cell[:20]}”不对，应为{known}之一")


class Faults:
    """Bad rows of one reading, gathered so that an editor hears of them together."""

    def __init__(self) -> None:
        self._found: list[BadRow] = []

    def each(self, rows: Iterable[Row], read: Callable[[Row], Value]) -> list[Value]:
        """What could be read of these rows; what could not is kept for `stop_if_any`."""
        values = []
        for row in rows:
            try:
                values.append(read(row))
            except BadRow as bad:
                self.add(bad)
        return values

    def add(self, bad: BadRow) -> None:
        """Keep this refusal, or those it is made of."""
        self._found.extend(bad.rows if isinstance(bad, BadRows) else (bad,))

    def stop_if_any(self) -> None:
        """Raise `BadRows` when something was kept; at most `MAX_TOLD` are told one by one."""
        if self._found:
            raise BadRows(tuple(self._found[:MAX_TOLD]), len(self._found))
