"""What an account does with the table: every action judged by role and scope, then done."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve, frozen

from ivr.editing.view import View
from ivr.kernel.audit import AuditEntry, AuditQuery
from ivr.kernel.errors import HotlineError
from ivr.kernel.people import Account
from ivr.people.errors import OutOfScope
from ivr.people.permissions import Permission, may, require
from ivr.people.scope import Scope, is_whole
from ivr.tables.checking import Checked
from ivr.tables.corrections import Settling
from ivr.tables.drafting import edited
from ivr.tables.errors import DraftMoved
from ivr.tables.exchanging import FileKind
from ivr.tables.office import TableOffice
from ivr.tables.trying import Tried
from ivr.tables.values import (
    Draft,
    Progress,
    Proposal,
    ProposalId,
    ProposalState,
    Publication,
    Revision,
    RowEdit,
    Stamp,
    StoredDraft,
)
from routing.diff import Place, changes
from routing.diff_words import Difference, differences
from routing.ids import TableVersion
from routing.rehearse import Rehearsal
from routing.sheet import Sheet, Sheets
from routing.sheets import to_sheets

PERSONAL: Final = "contacts"  # the sheet with telephone numbers of persons
FRESH: Final = Revision(1)  # of a draft that was opened a moment ago


class WhyMissing(HotlineError):
    """Every change has a reason that others can read."""

    id = "why-missing"

    def __init__(self) -> None:
        super().__init__("请写明原因")


@frozen
class TableDesk:
    """Methods raise `NotAllowed`, `OutOfScope`, and what `ivr.tables` says of the action."""

    office: TableOffice

    async def view(self, me: Account) -> View:
        """The editor's draft, and for all others what is in force."""
        require(me, Permission.READ_TABLE)
        draft = await self.draft(me)
        publication = await self.office.archive.in_force()
        if draft is not None:
            return View(me, draft.sheets, publication, draft)
        sheets = await self.office.archive.sheets(publication.version)
        return View(me, sheets, publication, None)

    async def draft(self, me: Account) -> Draft | None:
        if not may(me, Permission.EDIT_TABLE):
            return None
        return await self.office.drafting.find(me.name)

    async def drafts(self, me: Account) -> tuple[StoredDraft, ...]:
        """Whose drafts there are."""
        require(me, Permission.READ_TABLE)
        return await self.office.drafting.everybody()

    async def open(self, me: Account, why: str) -> Draft:
        require(me, Permission.EDIT_TABLE)
        return await self.office.drafting.open(me.name, why)

    async def edit(
        self,
        me: Account,
        revision: Revision,
        edits: Sequence[RowEdit],
        why: str,
        settling: Settling | None = None,
    ) -> Draft:
        """These rows of the draft as it was looked at, and the corrections they come from.

        Revision 0 says that there was no draft; then one is opened. Raises `WhyMissing`.
        """
        require(me, Permission.EDIT_TABLE)
        _said(why)
        draft = await self.open(me, why)
        if draft.revision != (revision or FRESH):
            raise DraftMoved(me.name)
        _all_within(Scope(me, draft.sheets), edits)
        return await self.office.drafting.edit(draft.stamp, edits, why, settling)

    async def read_file(self, me: Account, name: str, data: bytes) -> tuple[Sheet, ...]:
        """The sheets of a file somebody wants to import. Raises `BadRow` or `BadRows`."""
        require(me, Permission.EDIT_TABLE)
        return await self.office.exchanging.read(name, data)

    async def take_in(self, me: Account, sheets: Collection[Sheet], why: str) -> Draft:
        """Import into the draft, all or nothing; rows of others must be as they are."""
        require(me, Permission.EDIT_TABLE)
        _said(why)
        draft = await self.open(me, why)
        await _all_changes_within(me, draft.sheets, draft.sheets.replacing(sheets))
        return await self.office.drafting.take_in(draft.stamp, sheets, why)

    async def rebase(self, me: Account, why: str, prefer_mine: Collection[Place] | None) -> Draft:
        """Put the draft on the version in force.

        With None, rows that both sides changed raise `Conflicts`.
        """
        require(me, Permission.EDIT_TABLE)
        stamp = (await self.office.drafting.get(me.name)).stamp
        if prefer_mine is None:
            return await self.office.drafting.rebase(stamp, why)
        return await self.office.drafting.settle(stamp, why, prefer_mine)

    async def discard(self, me: Account, why: str) -> None:
        require(me, Permission.EDIT_TABLE)
        await self.office.drafting.discard(me.name, why)

    async def changes(self, me: Account, draft: Draft) -> tuple[Difference, ...]:
        return _for(me, await self.office.drafting.differences(draft))

    async def check(self, sheets: Sheets) -> Checked:
        return await self.office.checking.check(sheets)

    async def try_on(self, draft: Draft, text: str, area: str) -> Tried:
        """What the draft would make of a sentence. Raises `NotTried`, and `BadRows`."""
        return await self.office.trying.decide_on(draft.sheets, text, area)

    async def try_edit(self, me: Account, edit: RowEdit, text: str) -> Tried:
        """What a sentence would be decided as, were this row saved; nothing is.

        Raises `NotTried`, and what `ivr.tables.drafting.edited` and `try_on` do.
        """
        require(me, Permission.EDIT_TABLE)
        sheets = (await self.view(me)).sheets
        changed, _ = await asyncio.to_thread(edited, sheets, [edit])
        return await self.office.trying.decide_on(changed, text, "")

    async def rehearse(self, draft: Draft, last: int) -> Rehearsal:
        """The draft against what is in force now."""
        base = await self.sheets((await self.office.archive.in_force()).version)
        return await self.office.rehearsing.rehearse(base, draft.sheets, last=last)

    async def submit(
        self,
        me: Account,
        revision: Revision,
        why: str,
        at: datetime | None,
        *,
        voiceless: bool = False,
    ) -> Proposal:
        """For approval, or straight to publication where the site asks for none.

        Then it takes somebody who may publish. What the draft changes must still be theirs: they
        may have been moved to another unit since.
        """
        require(me, Permission.EDIT_TABLE)
        if not self.needs_approval:
            require(me, Permission.PUBLISH_TABLE)
        _said(why)
        draft = await self.office.drafting.get(me.name)
        await _all_changes_within(me, await self.sheets(draft.base), draft.sheets)
        stamp = Stamp(me.name, revision)
        return await self.office.publishing.submit(stamp, why, at=at, voiceless=voiceless)

    @property
    def needs_approval(self) -> bool:
        return self.office.publishing.needs_approval

    async def approve(self, me: Account, proposal: ProposalId, why: str) -> Proposal:
        """Who answers for a level or a unit approves what changes rows of it alone."""
        require(me, Permission.PUBLISH_TABLE)
        await self._is_theirs(me, proposal)
        return await self.office.publishing.approve(proposal, me.name, why)

    async def refuse(self, me: Account, proposal: ProposalId, why: str) -> Proposal:
        require(me, Permission.PUBLISH_TABLE)
        _said(why)
        await self._is_theirs(me, proposal)
        return await self.office.publishing.refuse(proposal, me.name, why)

    async def withdraw(self, me: Account, proposal: ProposalId, why: str) -> Proposal:
        """One's own, or anybody's for those who publish."""
        known = await self.office.publishing.proposal(proposal)
        if known.editor != me.name:
            require(me, Permission.PUBLISH_TABLE)
            await self._is_theirs(me, proposal)
        return await self.office.publishing.withdraw(proposal, me.name, why)

    async def rollback(self, me: Account, version: TableVersion, why: str) -> Publication:
        """All of the table goes back: not for those who answer for a part of it."""
        require(me, Permission.PUBLISH_TABLE)
        _said(why)
        if not is_whole(me):
            raise OutOfScope(f"第{version}版的全部内容")
        return await self.office.publishing.rollback(version, me.name, why)

    async def rendering(self) -> Progress | None:
        """How far the clips of the next table are; None before any was rendered."""
        return await self.office.publishing.rendering()

    async def proposals(self) -> tuple[Proposal, ...]:
        return await self.office.publishing.proposals()

    async def standing(self, proposal: ProposalId) -> Proposal:
        """How far it has come, without what it changes."""
        return await self.office.publishing.proposal(proposal)

    async def proposal(
        self, me: Account, proposal: ProposalId
    ) -> tuple[Proposal, tuple[Difference, ...]]:
        """With what it changes of its base."""
        known = await self.office.publishing.proposal(proposal)
        found = await asyncio.to_thread(differences, *await self._sides(known))
        return known, _for(me, found)

    async def decides_on(self, me: Account, known: Proposal) -> bool:
        """Whether to offer it; every action judges again."""
        waits = known.state is ProposalState.WAITING and known.editor != me.name
        if not waits or not may(me, Permission.PUBLISH_TABLE):
            return False
        try:
            await self._is_theirs(me, known.id)
        except OutOfScope:
            return False
        return True

    def takes_back(self, me: Account) -> bool:
        """Whether to offer an old version as a whole."""
        return may(me, Permission.PUBLISH_TABLE) and is_whole(me)

    async def _is_theirs(self, me: Account, proposal: ProposalId) -> None:
        """Raises `OutOfScope`."""
        known = await self.office.publishing.proposal(proposal)
        await _all_changes_within(me, *await self._sides(known))

    async def _sides(self, known: Proposal) -> tuple[Sheets, Sheets]:
        """What a proposal was made from, and what it would put in force."""
        table = await self.office.publishing.proposed(known.id)
        return await self.sheets(known.base), await asyncio.to_thread(to_sheets, table)

    async def history(self) -> tuple[Publication, ...]:
        return await self.office.archive.history()

    async def sheets(self, version: TableVersion) -> Sheets:
        return await self.office.archive.sheets(version)

    async def between(
        self, me: Account, old: TableVersion, new: TableVersion
    ) -> tuple[Difference, ...]:
        """What changed from one version to another."""
        before, after = await self.sheets(old), await self.sheets(new)
        return _for(me, await asyncio.to_thread(differences, before, after))

    async def export(self, me: Account, sheets: Sheets, kind: FileKind) -> bytes:
        """The whole table as a file: it holds everybody's telephone numbers."""
        require(me, Permission.SEE_CONTACTS)
        return await self.office.exchanging.export(sheets, kind)

    async def log(self, me: Account, query: AuditQuery) -> tuple[AuditEntry, ...]:
        require(me, Permission.READ_AUDIT)
        return await self.office.audit.find(query)


def _for(me: Account, changes: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Whose numbers are not somebody's business they see only that something changed."""
    if may(me, Permission.SEE_CONTACTS):
        return changes
    return tuple(
        evolve(each, cells=(), sentence=f"{each.sheet_title}有改动。")
        if each.sheet == PERSONAL
        else each
        for each in changes
    )


def _said(why: str) -> None:
    if not why.strip():
        raise WhyMissing


def _all_within(scope: Scope, edits: Sequence[RowEdit]) -> None:
    for edit in edits:
        scope.require(edit.sheet, edit.key, edit.cells)


async def _all_changes_within(me: Account, known: Sheets, fresh: Sheets) -> None:
    """Every row that differs is theirs, as it was and as it becomes. Raises `OutOfScope`."""
    if not is_whole(me):
        await asyncio.to_thread(_changed_within, me, known, fresh)


def _changed_within(me: Account, known: Sheets, fresh: Sheets) -> None:
    was, becomes = Scope(me, known), Scope(me, fresh)
    for change in changes(known, fresh):
        was.require(change.sheet, change.key, None)
        becomes.require(change.sheet, None, change.after)
