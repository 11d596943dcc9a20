"""From a draft to the table in force: proposed, approved, published, taken back."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve

from ivr.kernel.audit import Deed, Json
from ivr.kernel.clock import Clock
from ivr.kernel.errors import HotlineError
from ivr.kernel.log import logger
from ivr.kernel.people import AccountName
from ivr.tables.archive import Archive
from ivr.tables.compiling import Compiling
from ivr.tables.drafting import Drafting
from ivr.tables.errors import (
    BadMoment,
    BaseMoved,
    DraftMoved,
    NothingChanged,
    NotPublished,
    NotSpoken,
    OwnProposal,
    ProposalMoved,
    TableRefused,
    VersionTaken,
)
from ivr.tables.ports import Announce, Proposals, SilentVoices, Tables, Voices
from ivr.tables.values import (
    Draft,
    NewProposal,
    Progress,
    Proposal,
    ProposalId,
    ProposalState,
    Publication,
    Release,
    Stamp,
)
from routing.check import check
from routing.ids import TableVersion
from routing.problem import Problem
from routing.sheet import Sheets
from routing.sheets import from_sheets
from routing.table import RoutingTable, from_json, publish, read_table, table_json, to_json

ATTEMPTS: Final = 3  # at a number that another publisher takes at the same moment
NOTHING: Final = TableVersion(0)  # no number, no table
LATE: Final = timedelta(minutes=30)  # a form may lie open for a while before it is sent
AHEAD: Final = timedelta(days=366)
JOB: Final = AccountName("定时发布")  # who a scheduled publication is by, in the audit log


class Publishing:
    """What becomes of drafts. Every method raises `StoreAway`.

    A table is in force from one transaction on, which also closes its proposal and its draft:
    whoever is killed before it has changed nothing, and after it every node finds the table,
    compiled beforehand, within a second.
    """

    def __init__(  # noqa: PLR0913 - its parts, each of one kind
        self,
        *,
        tables: Tables,
        proposals: Proposals,
        drafting: Drafting,
        archive: Archive,
        compiling: Compiling,
        announce: Announce,
        clock: Clock,
        needs_approval: bool,
        voices: Voices | None = None,
    ) -> None:
        self._tables = tables
        self._proposals = proposals
        self._drafting = drafting
        self._archive = archive
        self._compiling = compiling
        self._announce = announce
        self._clock = clock
        self._voices = voices or SilentVoices()
        self.needs_approval = needs_approval

    async def submit(
        self, stamp: Stamp, why: str, *, at: datetime | None = None, voiceless: bool = False
    ) -> Proposal:
        """Propose the draft as it stands; where nobody need approve, publish it now, or `at`.

        Look at the `state` of what is returned: WAITING for approval, PUBLISHED, or SCHEDULED: it
        is not time yet, or words have changed and their router is being learned, which takes the
        job a minute after a draft that was not rehearsed, or clips are being rendered. Clips that
        can not be make it FAILED unless `voiceless`. Raises `TableRefused` with the problems,
        `BadMoment`, `BadRows`, `NothingChanged`, `BaseMoved`, `DraftMoved`, `NoDraft`.
        """
        self._judge_moment(at)
        draft = await self._proposable(stamp)
        table = await asyncio.to_thread(_sound, draft.sheets)
        body = await asyncio.to_thread(table_json, table)
        sha256 = hashlib.sha256(body).hexdigest()
        state = ProposalState.WAITING if self.needs_approval else ProposalState.SCHEDULED
        new = NewProposal(stamp.editor, draft.base, draft.revision, why, at, state, sha256, body)
        facts = {"base": draft.base, "at": at.isoformat() if at else None, "voiceless": voiceless}
        deed = Deed(stamp.editor, "table.proposed", "", why, after=facts)
        return await self._go_on(await self._proposals.add(evolve(new, voiceless=voiceless), deed))

    async def approve(self, proposal: ProposalId, approver: AccountName, why: str = "") -> Proposal:
        """A second person agrees: published now, or once its time has come and it is learned.

        Raises `OwnProposal`, `ProposalMoved`, `NoSuchProposal`, `BaseMoved`.
        """
        known = await self._proposals.get(proposal)
        if known.editor == approver:
            raise OwnProposal
        _still(known, ProposalState.WAITING)
        deed = Deed(approver, "table.approved", f"proposal/{proposal}", why)
        decided = await self._proposals.decide(known, ProposalState.SCHEDULED, deed)
        return await self._go_on(decided)

    async def refuse(self, proposal: ProposalId, approver: AccountName, why: str) -> Proposal:
        """A second person says no; the draft stays with its editor.

        Raises `OwnProposal`, `ProposalMoved`, `NoSuchProposal`.
        """
        known = await self._proposals.get(proposal)
        if known.editor == approver:
            raise OwnProposal
        _still(known, ProposalState.WAITING)
        deed = Deed(approver, "table.refused", f"proposal/{proposal}", why)
        return await self._proposals.decide(known, ProposalState.REFUSED, deed)

    async def withdraw(self, proposal: ProposalId, who: AccountName, why: str) -> Proposal:
        """Take an open proposal back, scheduled ones too. Raises `ProposalMoved`."""
        known = await self._proposals.get(proposal)
        _still(known, ProposalState.WAITING, ProposalState.SCHEDULED)
        deed = Deed(who, "table.withdrawn", f"proposal/{proposal}", why)
        return await self._proposals.decide(known, ProposalState.WITHDRAWN, deed)

    async def proposals(self, limit: int = 50) -> tuple[Proposal, ...]:
        """The newest first, open and decided."""
        return await self._proposals.newest(limit)

    async def proposal(self, proposal: ProposalId) -> Proposal:
        """Raises `NoSuchProposal`."""
        return await self._proposals.get(proposal)

    async def rendering(self) -> Progress | None:
        """How far the clips of the next table are, on this machine; None before any."""
        return await self._voices.progress()

    async def proposed(self, proposal: ProposalId) -> RoutingTable:
        """The table that a proposal would put in force. Raises `NoSuchProposal`."""
        return await asyncio.to_thread(read_table, await self._proposals.body(proposal))

    async def publish_due(self) -> tuple[Publication, ...]:
        """Publish what is approved and whose time has come: the job; safe on several nodes.

        One that can not be published any more is FAILED, and its editor reads why.
        """
        done = []
        for proposal in await self._proposals.due(self._clock.now()):
            try:
                table = await self.proposed(proposal.id)
                if await self._words_would_stop(table):
                    await self._compiling.router(table)
                await self._speak(table, voiceless=proposal.voiceless)
                done.append(await self._publish(proposal, table, JOB))
            except ProposalMoved:
                continue  # another node was faster
            except (BaseMoved, NotSpoken) as why:
                await self._fail(proposal, why)
        return tuple(done)

    async def learn_ahead(self) -> None:
        """Learn the routers of open proposals, so that approval and time find them ready."""
        for proposal in await self._proposals.newest():
            if proposal.is_open:
                await self._compiling.router(await self.proposed(proposal.id))

    async def rollback(self, version: TableVersion, who: AccountName, why: str) -> Publication:
        """Put an old version in force again, under a new number: one action, no approval.

        Its router was learned when it was published first; should it be missing, keys work at
        once and words in a minute.

        Raises `NoSuchTable`, `NothingChanged` when it is in force.
        """
        active = await self._archive.in_force()
        old = await self._archive.snapshot(version)
        if old.sha256 == active.sha256:
            raise NothingChanged
        made = evolve(self._blank(who, why), restores=version)
        return await self._release(old.table, made, over=active.version)

    async def outright(
        self, table: RoutingTable, who: AccountName, why: str, *, voiceless: bool = False
    ) -> Publication:
        """Publish without a draft: a folder given to a command, and the seed of a site.

        Raises `TableRefused`, and `NotSpoken` unless `voiceless`.
        """
        _refuse(check(table))
        active = await self._tables.in_force()
        if await self._words_would_stop(table):
            await self._compiling.router(table)
        await self._speak(table, voiceless=voiceless)
        over = active.version if active else NOTHING
        return await self._release(table, self._blank(who, why), over=over)

    def _judge_moment(self, at: datetime | None) -> None:
        now = self._clock.now()
        if at is not None and at < now - LATE:
            raise BadMoment("发布时间已经过去，请另选时间，或留空")
        if at is not None and at > now + AHEAD:
            raise BadMoment(f"发布时间最多提前{AHEAD.days}天排定")

    async def _proposable(self, stamp: Stamp) -> Draft:
        draft = await self._drafting.get(stamp.editor)
        if draft.revision != stamp.revision:
            raise DraftMoved(stamp.editor)
        active = await self._archive.in_force()
        if draft.base != active.version:
            raise BaseMoved(draft.base, active.version)
        if draft.sheets == await self._archive.sheets(draft.base):
            raise NothingChanged
        return draft

    async def _go_on(self, proposal: Proposal) -> Proposal:
        """Publish what need not wait any longer."""
        due = proposal.publish_at is None or proposal.publish_at <= self._clock.now()
        if proposal.state is not ProposalState.SCHEDULED or not due:
            return proposal
        table = await self.proposed(proposal.id)
        if await self._words_would_stop(table) or not await self._voices.ready(table):
            return proposal  # the job learns it first, and has it spoken
        try:
            await self._publish(proposal, table, proposal.decided_by or proposal.editor)
        except ProposalMoved:
            pass  # the job was faster
        except BaseMoved as why:
            await self._fail(proposal, why)
            raise
        return await self._proposals.get(proposal.id)

    async def _publish(
        self, proposal: Proposal, table: RoutingTable, who: AccountName
    ) -> Publication:
        made = evolve(self._blank(proposal.editor, proposal.why), approved_by=proposal.decided_by)
        return await self._release(table, made, over=proposal.base, proposal=proposal, who=who)

    async def _words_would_stop(self, table: RoutingTable) -> bool:
        """Whether callers can speak now and could not with this table before it is learned.

        On a new site nothing is learned yet: nodes learn while keys work.
        """
        if await self._compiling.known(table) is not None:
            return False
        active = await self._tables.active()
        if active is None:
            return False
        now = await asyncio.to_thread(from_json, active.body)
        return await self._compiling.known(now.table) is not None

    async def _speak(self, table: RoutingTable, *, voiceless: bool) -> None:
        """Callers hear every word of the table from its first second on. Raises `NotSpoken`."""
        if await self._voices.ready(table):
            return
        active = await self._tables.active()
        now = await asyncio.to_thread(from_json, active.body) if active else None
        unspoken = await self._voices.speak(table, now.table if now else None)
        if unspoken and not voiceless:
            raise NotSpoken(unspoken)
        for each in unspoken:
            logger().warning("published without a clip", clip=each)

    async def _release(
        self,
        table: RoutingTable,
        made: Publication,
        *,
        over: TableVersion,
        proposal: Proposal | None = None,
        who: AccountName | None = None,
    ) -> Publication:
        """In force everywhere; `made` gets its number, hash and moment here."""
        for _ in range(ATTEMPTS):
            snapshot = publish(table, await self._tables.next_version(), self._clock.now())
            numbered = evolve(
                made,
                version=snapshot.number,
                sha256=snapshot.sha256,
                published_at=snapshot.published_at,
            )
            body = await asyncio.to_thread(to_json, snapshot)
            deed = _published(numbered, over, who or AccountName(made.published_by or ""))
            try:
                done = await self._tables.release(Release(numbered, body, over, proposal), deed)
            except VersionTaken:
                continue
            logger().info("table published", table=done.version, by=done.published_by)
            await self._announce(done.version)
            return done
        raise NotPublished("同时有人在发布，请稍后再试")

    def _blank(self, who: AccountName, why: str) -> Publication:
        """A publication that has no number yet."""
        return Publication(NOTHING, "", self._clock.now(), True, published_by=who, why=why)

    async def _fail(self, proposal: Proposal, why: HotlineError) -> None:
        deed = Deed(JOB, "table.failed", f"proposal/{proposal.id}", str(why))
        await self._proposals.decide(proposal, ProposalState.FAILED, deed)


def _published(made: Publication, over: TableVersion, who: AccountName) -> Deed:
    what = "table.published" if made.restores is None else "table.rolled-back"
    after: Json = {"version": made.version, "sha256": made.sha256, "restores": made.restores}
    return Deed(who, what, f"table/{made.version}", made.why or "", {"version": over}, after)


def _sound(sheets: Sheets) -> RoutingTable:
    table = from_sheets(sheets)
    _refuse(check(table))
    return table


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise TableRefused(tuple(problems))


def _still(known: Proposal, *states: ProposalState) -> None:
    if known.state not in states:
        raise ProposalMoved(known.id, known.state.value)
