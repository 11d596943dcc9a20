"""Tables, sheets and drafts as bytes, and which sheets a draft has changed.

These functions compute; from the loop they are called in a thread.
"""

from __future__ import annotations

import msgspec

from ivr.tables.values import Draft, PublishedTable, StoredDraft
from routing.diff import RowChange
from routing.sheet import Cells, Key, Sheet, Sheets
from routing.sheets import to_sheets
from routing.table import from_json

_Kept = dict[str, tuple[Cells, ...]]


def published_sheets(published: PublishedTable) -> Sheets:
    """Raises `TableDamaged` when the bytes are not what was published."""
    return to_sheets(from_json(published.body).table)


def draft_of(stored: StoredDraft, base: Sheets) -> Draft:
    """The draft with all its sheets, those it did not touch from the base."""
    kept = msgspec.json.decode(stored.body, type=_Kept)
    changed = (
        Sheet(sheet.form, kept[sheet.form.name]) for sheet in base.sheets if sheet.form.name in kept
    )
    return Draft(
        editor=stored.editor,
        base=stored.base,
        revision=stored.revision,
        opened=stored.opened,
        changed=stored.changed,
        sheets=base.replacing(changed),
    )


def touched(base: Sheets, sheets: Sheets) -> bytes:
    """The sheets that are not those of the base."""
    return msgspec.json.encode(
        {
            sheet.form.name: sheet.rows
            for sheet in sheets.sheets
            if sheet.rows != base.sheet(sheet.form.name).rows
        }
    )


def row_subject(sheet: str, key: Key) -> str:
    """A row as the audit log names it: ``hotlines/H090``."""
    return "/".join((sheet, *key))


def audited(sheets: Sheets, change: RowChange) -> tuple[dict[str, str] | None, ...]:
    """What a row was and what it is, by column, for the audit log."""
    form = sheets.sheet(change.sheet).form
    return tuple(
        None if cells is None else form.row(cells) for cells in (change.before, change.after)
    )
