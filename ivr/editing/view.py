"""The table as somebody sees it: their draft where they have one, else what is in force."""

from __future__ import annotations

from functools import cached_property

from attrs import frozen

from ivr.kernel.people import Account
from ivr.people.scope import Scope
from ivr.tables.values import Draft, Publication
from routing.diff_words import Names
from routing.sheet import Cells, Key, Sheets


@frozen
class View:
    """`draft` is None for those who have none; `publication` is the version in force."""

    account: Account
    sheets: Sheets
    publication: Publication
    draft: Draft | None

    @cached_property
    def scope(self) -> Scope:
        return Scope(self.account, self.sheets)

    @cached_property
    def names(self) -> Names:
        return Names(self.sheets)

    def row(self, sheet: str, key: Key) -> dict[str, str] | None:
        """The row of this key by column name, or None."""
        found = self.sheets.sheet(sheet)
        cells = found.by_key.get(key)
        return None if cells is None else found.form.row(cells)

    def rows(self, sheet: str, **where: str) -> list[dict[str, str]]:
        """The rows whose cells are as given, in their order."""
        found = self.sheets.sheet(sheet)
        wanted = [(found.form.names.index(name), text) for name, text in where.items()]
        return [
            found.form.row(cells)
            for cells in found.rows
            if all(cells[place] == text for place, text in wanted)
        ]

    def may_change(self, sheet: str, cells: Cells) -> bool:
        return self.scope.has_row(sheet, cells)
