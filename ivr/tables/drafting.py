"""Editing: one draft an editor, changed row by row or by an import, and put on a newer table."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Final

from attrs import evolve

from ivr.kernel.audit import Deed, Json
from ivr.kernel.people import AccountName
from ivr.tables.archive import Archive
from ivr.tables.bodies import audited, draft_of, row_subject, touched
from ivr.tables.corrections import Settling
from ivr.tables.errors import Conflicts, DraftMoved, NoDraft, NoSuchRow, RowTaken
from ivr.tables.ports import Drafts
from ivr.tables.values import Draft, RowEdit, Stamp, StoredDraft
from routing.diff import Place, RowChange, changes, merge
from routing.diff_words import Difference, differences
from routing.sheet import Sheet, Sheets
from routing.sheets import from_sheets, tidy, to_sheets

AUDITED_ROWS: Final = 500  # of one import; more are counted


class Drafting:
    """An editor's own draft. Every method raises `StoreAway`.

    Who changes a draft hands in the `Stamp` of the draft they looked at and gets the next one;
    `DraftMoved` says that it was changed since, in another window.
    """

    def __init__(self, drafts: Drafts, archive: Archive) -> None:
        self._drafts = drafts
        self._archive = archive

    async def find(self, editor: AccountName) -> Draft | None:
        """The editor's draft, if they have one."""
        stored = await self._drafts.of(editor)
        return None if stored is None else await self._whole(stored)

    async def get(self, editor: AccountName) -> Draft:
        """The editor's draft. Raises `NoDraft`."""
        draft = await self.find(editor)
        if draft is None:
            raise NoDraft(editor)
        return draft

    async def everybody(self) -> tuple[StoredDraft, ...]:
        """Whose drafts there are, on which version, without what is in them."""
        return await self._drafts.all()

    async def open(self, editor: AccountName, why: str) -> Draft:
        """A draft of the table in force; the one the editor has, where there is one.

        Raises `NothingPublished`.
        """
        base = (await self._archive.in_force()).version
        deed = Deed(editor, "draft.opened", f"draft/{editor}", why, after={"base": base})
        return await self._whole(await self._drafts.open(editor, base, deed))

    async def edit(
        self, stamp: Stamp, edits: Sequence[RowEdit], why: str, settling: Settling | None = None
    ) -> Draft:
        """These rows, all or none, in this order; with them the corrections they come from.

        Raises `BadRow` for a row that can not be used, `RowTaken` for a key that another row
        has, `NoSuchRow`, `DraftMoved`, `NoDraft`, `NoSuchEntry` for an unknown sheet, and
        `NoSuchCorrection` or `CorrectionSettled`.
        """
        draft = await self._at(stamp)
        sheets, found = edited(draft.sheets, edits)
        deeds = [_row_deed(stamp.editor, sheets, change, why) for change in found]
        return await self._save(stamp, draft, sheets, deeds, settling)

    async def take_in(self, stamp: Stamp, sheets: Collection[Sheet], why: str) -> Draft:
        """An import: these sheets in the place of the draft's, the others as they are.

        Raises `BadRows` with every row that can not be used, and takes nothing of it then.
        """
        draft = await self._at(stamp)
        fresh = await asyncio.to_thread(_tidied, draft.sheets.replacing(sheets))
        deed = await asyncio.to_thread(_import_deed, stamp.editor, draft.sheets, fresh, why)
        return await self._save(stamp, draft, fresh, [deed])

    async def rebase(self, stamp: Stamp, why: str) -> Draft:
        """The same changes on the table in force, row by row.

        Raises `Conflicts` with the rows that both sides changed, each in its own way: show them
        and call `settle` with a choice for each.
        """
        return await self._rebase(stamp, why, (), settled=False)

    async def settle(self, stamp: Stamp, why: str, prefer_mine: Collection[Place]) -> Draft:
        """`rebase` with every conflict decided: mine for the rows named, theirs for the others."""
        return await self._rebase(stamp, why, prefer_mine, settled=True)

    async def discard(self, editor: AccountName, why: str) -> None:
        """Throw the draft away; corrections taken into it wait again. Raises `NoDraft`."""
        await self._drafts.discard(editor, Deed(editor, "draft.discarded", f"draft/{editor}", why))

    async def differences(self, draft: Draft) -> tuple[Difference, ...]:
        """What the draft changes of its base."""
        base = await self._archive.sheets(draft.base)
        return await asyncio.to_thread(differences, base, draft.sheets)

    async def _rebase(
        self, stamp: Stamp, why: str, prefer_mine: Collection[Place], *, settled: bool
    ) -> Draft:
        draft = await self._at(stamp)
        active = (await self._archive.in_force()).version
        base, theirs = await self._archive.sheets(draft.base), await self._archive.sheets(active)
        merged = await asyncio.to_thread(merge, base, draft.sheets, theirs, prefer_mine)
        if merged.conflicts and not settled:
            raise Conflicts(merged.conflicts)
        facts: dict[str, Json] = {"base": draft.base}
        deed = Deed(
            stamp.editor, "draft.rebased", f"draft/{stamp.editor}", why, facts, {"base": active}
        )
        moved = evolve(draft, base=active)
        return await self._save(stamp, moved, merged.sheets, [deed])

    async def _at(self, stamp: Stamp) -> Draft:
        draft = await self.get(stamp.editor)
        if draft.revision != stamp.revision:
            raise DraftMoved(stamp.editor)
        return draft

    async def _save(
        self,
        stamp: Stamp,
        draft: Draft,
        sheets: Sheets,
        deeds: Sequence[Deed],
        settling: Settling | None = None,
    ) -> Draft:
        base = await self._archive.sheets(draft.base)
        body = await asyncio.to_thread(touched, base, sheets)
        saved = await self._drafts.save(stamp, draft.base, body, deeds, settling)
        return evolve(draft, revision=saved.revision, changed=saved.changed, sheets=sheets)

    async def _whole(self, stored: StoredDraft) -> Draft:
        base = await self._archive.sheets(stored.base)
        return await asyncio.to_thread(draft_of, stored, base)


def edited(sheets: Sheets, edits: Sequence[RowEdit]) -> tuple[Sheets, tuple[RowChange, ...]]:
    """The sheets with these rows, all or none, in this order, and each as a change.

    Raises `BadRow`, `RowTaken`, `NoSuchRow`, and `NoSuchEntry` for an unknown sheet.
    """
    found = []
    for edit in edits:
        change = _row_change(sheets, edit)
        sheets = _edited(sheets, edit, change)
        found.append(change)
    return sheets, tuple(found)


def _row_change(sheets: Sheets, edit: RowEdit) -> RowChange:
    sheet = sheets.sheet(edit.sheet)
    before = None if edit.key is None else sheet.by_key.get(edit.key)
    if edit.key is not None and before is None:
        raise NoSuchRow(sheet.form.title, edit.key)
    after = None if edit.cells is None else tidy(sheet.form, edit.cells)
    key = edit.key or (() if after is None else sheet.form.key_of(after))
    if after is not None and sheet.form.key_of(after) != edit.key:
        _free(sheet, after)
    return RowChange(edit.sheet, key, before, after)


def _free(sheet: Sheet, cells: tuple[str, ...]) -> None:
    key = sheet.form.key_of(cells)
    if key in sheet.by_key:
        raise RowTaken(sheet.form.title, key)


def _edited(sheets: Sheets, edit: RowEdit, change: RowChange) -> Sheets:
    if change.after is None:
        return sheets.without(edit.sheet, change.key)
    return sheets.put(edit.sheet, edit.key, change.after)


def _row_deed(editor: AccountName, sheets: Sheets, change: RowChange, why: str) -> Deed:
    before, after = audited(sheets, change)
    what = "draft.row-removed" if after is None else "draft.row-put"
    return Deed(editor, what, row_subject(change.sheet, change.key), why, before, after)


def _tidied(sheets: Sheets) -> Sheets:
    return to_sheets(from_sheets(sheets))


def _import_deed(editor: AccountName, before: Sheets, after: Sheets, why: str) -> Deed:
    found = changes(before, after)
    rows: list[Json] = [
        {"row": row_subject(change.sheet, change.key), "before": old, "after": new}
        for change in found[:AUDITED_ROWS]
        for old, new in (audited(before, change),)
    ]
    facts: dict[str, Json] = {"changes": len(found), "rows": rows}
    return Deed(editor, "draft.imported", f"draft/{editor}", why, after=facts)
