"""What differs between two tables, row by row, and joining what two people changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attrs import frozen

from routing.sheet import Cells, Key, Sheet, Sheets


@frozen
class RowChange:
    """One row that is new (`before` None), gone (`after` None), or other than it was."""

    sheet: str
    key: Key
    before: Cells | None
    after: Cells | None


@frozen
class Conflict:
    """One row that two people changed, each in another way, since `base`."""

    sheet: str
    key: Key
    base: Cells | None
    mine: Cells | None
    theirs: Cells | None


@frozen
class Merged:
    """`theirs` with my changes; `conflicts` are left as theirs unless I was given preference."""

    sheets: Sheets
    conflicts: tuple[Conflict, ...]


Place = tuple[str, Key]
"""A row: the sheet's name and the row's key."""


def changes(before: Sheets, after: Sheets) -> tuple[RowChange, ...]:
    """Every row that differs, sheet by sheet: what is gone or changed first, then what is new."""
    return tuple(
        change
        for old in before.sheets
        for change in _sheet_changes(old, after.sheet(old.form.name))
    )


def reordered(before: Sheets, after: Sheets) -> tuple[str, ...]:
    """The sheets whose kept rows stand in another order than before."""
    return tuple(
        old.form.name
        for old in before.sheets
        if _order(old, after.sheet(old.form.name)) != _order(after.sheet(old.form.name), old)
    )


def merge(
    base: Sheets, mine: Sheets, theirs: Sheets, prefer_mine: Collection[Place] = ()
) -> Merged:
    """My changes since `base` on top of `theirs`.

    A row that only one side changed, or both in the same way, is no conflict. The order of rows
    is theirs.
    """
    their_changes = {(each.sheet, each.key): each for each in changes(base, theirs)}
    sheets, conflicts = theirs, []
    for change in changes(base, mine):
        other = their_changes.get((change.sheet, change.key))
        if other is not None and other.after == change.after:
            continue
        if other is not None and (change.sheet, change.key) not in prefer_mine:
            conflicts.append(
                Conflict(change.sheet, change.key, change.before, change.after, other.after)
            )
            continue
        sheets = applied(sheets, change)
    return Merged(sheets, tuple(conflicts))


def applied(sheets: Sheets, change: RowChange) -> Sheets:
    """The sheets with this row as the change leaves it."""
    if change.after is None:
        return sheets.without(change.sheet, change.key)
    return sheets.put(change.sheet, change.key, change.after)


def _sheet_changes(before: Sheet, after: Sheet) -> Iterator[RowChange]:
    if before.rows == after.rows:
        return
    name = before.form.name
    for key, old in before.by_key.items():
        new = after.by_key.get(key)
        if new != old:
            yield RowChange(name, key, old, new)
    for key, new in after.by_key.items():
        if key not in before.by_key:
            yield RowChange(name, key, None, new)


def _order(sheet: Sheet, other: Sheet) -> list[Key]:
    if sheet.rows == other.rows:
        return []
    return [key for key in sheet.by_key if key in other.by_key]
