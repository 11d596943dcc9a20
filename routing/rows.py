"""Reading a CSV file row by row, with bounds, so that whatever is wrong has a row and a column."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator
from enum import Enum
from io import StringIO
from pathlib import Path
from typing import NoReturn, TypeVar

from attrs import frozen

from routing.errors import BadRow

MAX_FILE = 4 * 1024 * 1024  # bytes; the longest sample file has 33 kB
MAX_ROWS = 20_000
MAX_CELL = 1_000  # characters

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


def read_rows(path: Path, columns: Collection[str]) -> Iterator[Row]:
    """The rows below the header, whose columns must be exactly these; blank rows are passed over.

    UTF-8, with or without the mark that spreadsheets put in front.
    """
    records = _records(path)
    header = next(records, [])
    _check_header(path.name, header, columns)
    for number, record in enumerate(records, start=2):
        if number > MAX_ROWS:
            raise BadRow(path.name, number, "", f"行数太多，最多{MAX_ROWS}行")
        if len(record) == len(header):
            yield Row(path.name, number, dict(zip(header, record, strict=True)))
        elif record:
            raise BadRow(path.name, number, "", f"有{len(record)}列，应有{len(header)}列")


def _check_header(file: str, header: list[str], columns: Collection[str]) -> None:
    for column in columns:
        if column not in header:
            raise BadRow(file, 1, column, "缺少这一列")
    if len(header) != len(columns):
        raise BadRow(file, 1, "", f"应只有这些列：{'、'.join(columns)}")


def _records(path: Path) -> Iterator[list[str]]:
    number = 0
    records = csv.reader(StringIO(_text(path), newline=""), strict=True)
    try:
        for number, record in enumerate(records, start=1):  # noqa: B007 - told when it fails
            yield record
    except csv.Error as why:
        raise BadRow(path.name, number + 1, "", "引号或逗号不成对，无法分列") from why


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as why:
        raise BadRow(path.name, 1, "", "文件不存在或无法读取") from why
    if len(data) > MAX_FILE:
        raise BadRow(path.name, 1, "", f"文件超过{MAX_FILE // 1024 // 1024}MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as why:
        row = data.count(b"\n", 0, why.start) + 1
        raise BadRow(path.name, row, "", "不是UTF-8编码，请另存为UTF-8的CSV") from why
