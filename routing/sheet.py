"""A table as sheets: named lists of rows of text, the one form to edit, compare and exchange."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from attrs import evolve, field, frozen

from routing.errors import NoSuchEntry
from routing.rows import Row

Cells = tuple[str, ...]
"""A row: one text for each column of the sheet's form, in their order."""

Key = tuple[str, ...]
"""The cells that name a row within its sheet."""


@frozen
class Column:
    """`name` stands in files and addresses, `title` is what officers read."""

    name: str
    title: str


@frozen
class Form:
    """What a sheet looks like. `key` names the columns whose cells no two rows share.

    Of a composite key, rows that share all but the last part belong together and are kept in
    the order of that last part: the choices of a menu by their keys.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    grouped: bool = False
    scattered: bool = False  # on disk a folder of files, not one file

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def _key_places(self) -> tuple[int, ...]:
        return tuple(self.names.index(name) for name in self.key)

    @property
    def all_key(self) -> bool:
        """Whether a row is nothing but its key: the same row again then says nothing new."""
        return len(self.key) == len(self.columns)

    def key_of(self, cells: Cells) -> Key:
        return tuple(cells[place] for place in self._key_places)

    def cells(self, row: Mapping[str, str]) -> Cells:
        """A row from its cells by column name; a column left out is empty.

        Raises `NoSuchEntry` for a column the form does not have.
        """
        for name in row:
            if name not in self.names:
                raise NoSuchEntry("column", name)
        return tuple(row.get(name, "").strip() for name in self.names)

    def row(self, cells: Cells) -> dict[str, str]:
        """The cells by column name."""
        return dict(zip(self.names, cells, strict=True))


@frozen
class Origin:
    """Where a row was read."""

    file: str
    row: int


@frozen
class Sheet:
    """The rows of one form. Where they were read is told in refusals and is no part of equality."""

    form: Form
    rows: tuple[Cells, ...] = ()
    origins: tuple[Origin, ...] = field(default=(), eq=False, repr=False)

    @cached_property
    def by_key(self) -> dict[Key, Cells]:
        return {self.form.key_of(cells): cells for cells in self.rows}

    def readable(self) -> Iterator[Row]:
        """The rows as readers take them; a row that came from no file is numbered as in one.

        Where a row is nothing but its key, one that stands there again is passed over.
        """
        seen: set[Cells] = set()
        for place, cells in enumerate(self.rows):
            if self.form.all_key and cells in seen:
                continue
            seen.add(cells)
            origin = self.origins[place] if self.origins else None
            file = origin.file if origin else f"{self.form.name}.csv"
            yield Row(file, origin.row if origin else place + 2, self.form.row(cells))

    def put(self, key: Key | None, cells: Cells) -> Sheet:
        """The sheet with this row in the place of the one named by `key`, or as a new one."""
        rows = list(self.rows)
        if key is not None and key in self.by_key:
            at = next(n for n, old in enumerate(rows) if self.form.key_of(old) == key)
            if not self.form.grouped or self.form.key_of(cells) == key:
                rows[at] = cells
                return Sheet(self.form, tuple(rows))
            del rows[at]
        rows.insert(self._place_for(rows, cells), cells)
        return Sheet(self.form, tuple(rows))

    def without(self, key: Key) -> Sheet:
        """The sheet without the row of this key, if it had one."""
        return Sheet(self.form, tuple(row for row in self.rows if self.form.key_of(row) != key))

    def _place_for(self, rows: list[Cells], cells: Cells) -> int:
        if not self.form.grouped:
            return len(rows)
        key, place = self.form.key_of(cells), len(rows)
        for at, other in enumerate(map(self.form.key_of, rows)):
            if other[:-1] == key[:-1]:
                if other > key:
                    return at
                place = at + 1
        return place


@frozen
class Sheets:
    """All sheets of a table, each form once."""

    sheets: tuple[Sheet, ...]

    @cached_property
    def _by_name(self) -> dict[str, Sheet]:
        return {sheet.form.name: sheet for sheet in self.sheets}

    def sheet(self, name: str) -> Sheet:
        """The sheet, or `NoSuchEntry`."""
        if name not in self._by_name:
            raise NoSuchEntry("sheet", name)
        return self._by_name[name]

    def replacing(self, sheets: Iterable[Sheet]) -> Sheets:
        """These sheets in the place of those of the same form."""
        fresh = {sheet.form.name: sheet for sheet in sheets}
        return evolve(self, sheets=tuple(fresh.get(old.form.name, old) for old in self.sheets))

    def put(self, name: str, key: Key | None, cells: Cells) -> Sheets:
        return self.replacing([self.sheet(name).put(key, cells)])

    def without(self, name: str, key: Key) -> Sheets:
        return self.replacing([self.sheet(name).without(key)])
