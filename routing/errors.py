"""What can be wrong with routing data; each error has a stable id."""

from __future__ import annotations


class RoutingError(Exception):
    """Base of the errors that this library raises on purpose."""

    id = "routing-error"


class BadRow(RoutingError):
    """A row of a data file can not be used. `row` counts from 1, the header being row 1.

    `reason` is a Chinese sentence for the administrator who has the file open.
    """

    id = "bad-row"

    def __init__(self, file: str, row: int, column: str, reason: str) -> None:
        where = f"第{row}行“{column}”列" if column else f"第{row}行"
        super().__init__(f"{file} {where}：{reason}")
        self.file = file
        self.row = row
        self.column = column
        self.reason = reason

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """So that it can be told by a worker process."""
        return type(self), (self.file, self.row, self.column, self.reason)


class BadRows(BadRow):
    """Rows that can not be used; the first is told as `BadRow` tells it.

    `rows` are at most so many as a person reads; `count` says how many there are.
    """

    id = "bad-rows"

    def __init__(self, rows: tuple[BadRow, ...], count: int) -> None:
        first = rows[0]
        super().__init__(first.file, first.row, first.column, first.reason)
        told = [str(bad) for bad in rows]
        if count > len(rows):
            told.append(f"另有{count - len(rows)}行也不对")
        self.args = ("\n".join(told),)
        self.rows = rows
        self.count = count

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.rows, self.count)


class NoSuchEntry(RoutingError):
    """The table holds nothing of this kind under this code."""

    id = "no-such-entry"

    def __init__(self, kind: str, code: str) -> None:
        super().__init__(f"the table has no {kind} {code!r}")
        self.kind = kind
        self.code = code


class TableDamaged(RoutingError):
    """A snapshot's bytes are not what was published; it must not be used."""

    id = "table-damaged"


class BadHours(RoutingError, ValueError):
    """A text is not service hours; the message is a Chinese sentence."""

    id = "bad-hours"
