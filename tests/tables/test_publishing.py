"""From a draft to the table in force, and back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.calls.record import CallRecord, Means, Outcome, Told
from ivr.kernel.audit import AuditQuery
from ivr.storage.calls import SqlCalls
from ivr.tables.errors import (
    BaseMoved,
    DraftMoved,
    NoSuchTable,
    NothingChanged,
    OwnProposal,
    ProposalMoved,
    TableRefused,
)
from ivr.tables.publishing import JOB
from ivr.tables.values import ProposalState, RowEdit, Stamp
from routing.rehearse import Movement
from tests.tables.conftest import office_on
from tests.tables.test_drafting import WATER, edited, number_in

HOUR = timedelta(hours=1)
KEYED = (("root", "3"), ("daily", "1"), ("repair", "1"))


def a_call(clock, told):
    return CallRecord(
        call="1.1",
        caller="13800000000",
        dialled="114",
        began=clock.now(),
        ended=clock.now(),
        outcome=Outcome.CONNECTED,
        steps=(),
        table=1,
        node="n1",
        told=told,
    )


async def new_word(office, editor="anna"):
    draft = await office.drafting.open(editor, "新词")
    matter = draft.sheets.sheet("matters").rows[0][0]
    edit = RowEdit("keywords", None, ("从没听过的词", matter, "3", ""))
    return await office.drafting.edit(draft.stamp, [edit], "新词")


async def in_force(office):
    version = (await office.archive.in_force()).version
    return version, number_in(await office.archive.sheets(version))


async def test_a_number_is_published_at_once_because_nothing_need_be_learned(
    office, heard, workshop
):
    draft = await edited(office)
    proposal = await office.publishing.submit(draft.stamp, "换号")
    assert (proposal.state, proposal.version) == (ProposalState.PUBLISHED, 2)
    assert await in_force(office) == (2, "12345678")
    assert heard.versions == [2]
    assert "learn" not in workshop.done
    assert await office.drafting.find("anna") is None
    newest = (await office.archive.history())[0]
    assert (newest.published_by, newest.why, newest.active) == ("anna", "换号", True)


async def test_a_new_word_is_published_by_the_job_once_it_is_learned(office, workshop):
    draft = await new_word(office)
    proposal = await office.publishing.submit(draft.stamp, "新词")
    assert proposal.state is ProposalState.SCHEDULED
    assert (await office.archive.in_force()).version == 1
    (publication,) = await office.publishing.publish_due()
    assert publication.version == 2
    assert workshop.done == ["learn"]
    done = await office.publishing.proposal(proposal.id)
    assert done.state is ProposalState.PUBLISHED
    assert (await office.audit.find())[0].deed.who == JOB


async def test_where_nothing_is_learned_yet_nobody_waits_for_learning(
    database, clock, workshop, heard, shipped
):
    """Callers go by keys on a new site anyhow; its nodes learn meanwhile."""
    fresh = office_on(database, clock, workshop, heard)
    await fresh.publishing.outright(shipped, "seed", "首次安装")
    proposal = await fresh.publishing.submit((await new_word(fresh)).stamp, "新词")
    assert proposal.state is ProposalState.PUBLISHED
    assert "learn" not in workshop.done


async def test_what_was_rehearsed_is_learned_and_published_at_once(office):
    draft = await new_word(office)
    await office.rehearsing.rehearse(await office.archive.sheets(1), draft.sheets)
    proposal = await office.publishing.submit(draft.stamp, "新词")
    assert proposal.state is ProposalState.PUBLISHED


async def test_a_table_that_would_leave_somebody_stuck_is_refused(office):
    draft = await office.drafting.open("anna", "坏")
    edit = RowEdit("menu", ("root", "5"), None)
    chain = RowEdit("chains", WATER, None)
    draft = await office.drafting.edit(draft.stamp, [edit, chain], "坏")
    with pytest.raises(TableRefused, match="H090") as caught:
        await office.publishing.submit(draft.stamp, "坏")
    checked = await office.checking.check(draft.sheets)
    assert checked.problems == caught.value.problems
    assert not checked.publishable
    assert (await office.archive.in_force()).version == 1


async def test_nothing_changed_an_old_look_and_an_old_base_are_refused(office):
    draft = await office.drafting.open("anna", "看看")
    with pytest.raises(NothingChanged):
        await office.publishing.submit(draft.stamp, "看看")
    draft = await edited(office)
    with pytest.raises(DraftMoved):
        await office.publishing.submit(Stamp("anna", draft.revision - 1), "换号")
    other = await edited(office, "bert", "222")
    await office.publishing.submit(other.stamp, "换号")
    with pytest.raises(BaseMoved, match=r"第1版.*第2版"):
        await office.publishing.submit(draft.stamp, "换号")


async def test_a_table_comes_into_force_at_its_time_and_not_before(office, clock):
    draft = await edited(office)
    proposal = await office.publishing.submit(draft.stamp, "换号", at=clock.now() + HOUR)
    assert proposal.state is ProposalState.SCHEDULED
    assert await office.publishing.publish_due() == ()
    clock.advance(3600)
    assert [each.version for each in await office.publishing.publish_due()] == [2]
    assert await office.publishing.publish_due() == ()


async def test_a_second_person_must_agree_and_it_is_not_the_editor(strict):
    draft = await edited(strict)
    proposal = await strict.publishing.submit(draft.stamp, "换号")
    assert proposal.state is ProposalState.WAITING
    assert await strict.publishing.publish_due() == ()
    for decide in (strict.publishing.approve, strict.publishing.refuse):
        with pytest.raises(OwnProposal):
            await decide(proposal.id, "anna", "我同意")
    done = await strict.publishing.approve(proposal.id, "bert", "同意")
    assert (done.state, done.version, done.decided_by) == (ProposalState.PUBLISHED, 2, "bert")
    assert (await strict.archive.history())[0].approved_by == "bert"
    whats = [entry.deed.what for entry in await strict.audit.find(AuditQuery(what="table."))]
    assert whats == ["table.published", "table.approved", "table.proposed", "table.published"]


async def test_a_refused_proposal_leaves_the_draft_with_its_editor(strict):
    draft = await edited(strict)
    proposal = await strict.publishing.submit(draft.stamp, "换号")
    refused = await strict.publishing.refuse(proposal.id, "bert", "号码不对")
    assert (refused.state, refused.decision) == (ProposalState.REFUSED, "号码不对")
    assert await strict.drafting.get("anna") == draft
    with pytest.raises(ProposalMoved):
        await strict.publishing.approve(proposal.id, "bert", "还是同意")


async def test_approval_waits_for_its_time_too(strict, clock):
    draft = await edited(strict)
    at = clock.now() + HOUR
    proposal = await strict.publishing.submit(draft.stamp, "换号", at=at)
    approved = await strict.publishing.approve(proposal.id, "bert")
    assert approved.state is ProposalState.SCHEDULED
    clock.advance(3601)
    (done,) = await strict.publishing.publish_due()
    assert (done.published_by, done.approved_by) == ("anna", "bert")


async def test_what_was_withdrawn_is_not_published_when_its_time_comes(office, clock):
    draft = await edited(office)
    proposal = await office.publishing.submit(draft.stamp, "换号", at=clock.now() + HOUR)
    await office.publishing.withdraw(proposal.id, "anna", "等等")
    clock.advance(3601)
    assert await office.publishing.publish_due() == ()
    assert (await office.archive.in_force()).version == 1


async def test_a_scheduled_table_over_which_another_was_published_fails_with_a_reason(
    office, clock
):
    draft = await edited(office)
    proposal = await office.publishing.submit(draft.stamp, "换号", at=clock.now() + HOUR)
    other = await edited(office, "bert", "222")
    await office.publishing.submit(other.stamp, "急")
    clock.advance(3601)
    assert await office.publishing.publish_due() == ()
    failed = await office.publishing.proposal(proposal.id)
    assert failed.state is ProposalState.FAILED
    assert "第2版" in failed.decision
    assert await in_force(office) == (2, "222")


async def test_one_action_leads_back_under_a_new_number(office, heard):
    draft = await edited(office)
    await office.publishing.submit(draft.stamp, "换号")
    back = await office.publishing.rollback(1, "carl", "打不通")
    assert (back.version, back.restores, back.why) == (3, 1, "打不通")
    assert await in_force(office) == (3, "04730000090")
    assert heard.versions == [2, 3]
    history = await office.archive.history()
    assert history[0].sha256 == history[2].sha256
    assert (await office.audit.find())[0].deed.what == "table.rolled-back"


async def test_there_is_no_way_back_to_what_is_in_force_or_never_was(office):
    with pytest.raises(NothingChanged):
        await office.publishing.rollback(1, "carl", "")
    with pytest.raises(NoSuchTable):
        await office.publishing.rollback(9, "carl", "")


async def test_open_proposals_are_learned_ahead(strict, workshop):
    draft = await new_word(strict)
    proposal = await strict.publishing.submit(draft.stamp, "新词")
    await strict.publishing.learn_ahead()
    await strict.publishing.learn_ahead()
    assert workshop.done == ["learn"]
    done = await strict.publishing.approve(proposal.id, "bert")
    assert done.state is ProposalState.PUBLISHED


async def test_a_sentence_is_tried_with_what_is_learned_so_far(office):
    draft = await new_word(office)
    tried = await office.trying.decide_on(draft.sheets, "从没听过的词", "海勃湾区")
    assert not tried.learned
    await office.rehearsing.rehearse(draft.sheets, draft.sheets, examples=False)
    again = await office.trying.decide_on(draft.sheets, "从没听过的词", "海勃湾区")
    assert again.learned
    assert again.decision != tried.decision


async def test_calls_are_rehearsed_on_a_changed_menu(office, database, clock):
    keys = tuple(Told(Means.KEY, node, key) for node, key in KEYED)
    await SqlCalls(database, clock).close(a_call(clock, keys), None)
    draft = await office.drafting.open("anna", "菜单")
    edit = RowEdit("menu", ("repair", "1"), ("repair", "1", "停水", "line:H091"))
    draft = await office.drafting.edit(draft.stamp, [edit], "菜单")
    before = await office.archive.sheets(1)
    found = await office.rehearsing.rehearse(before, draft.sheets)
    assert found.cases == found.judged + 1 > 1
    (move,) = found.moves
    assert (move.case.keys, move.movement) == ("311", Movement.MOVED)
    assert (move.before.target, move.after.target) == ("H090", "H091")
    none = await office.rehearsing.rehearse(before, draft.sheets, last=0, examples=False)
    assert none.cases == 0
