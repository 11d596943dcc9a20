"""Drafts, proposals, releases, routers and the audit log, on every database."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from attrs import evolve
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from ivr.calls.record import CallRecord, Means, Outcome, Told
from ivr.kernel.audit import AuditQuery, Deed
from ivr.kernel.clock import CHINA
from ivr.kernel.errors import StoreAway
from ivr.storage import tables
from ivr.storage.audit import SqlAudit
from ivr.storage.calls import SqlCalls
from ivr.storage.case_store import SqlHistory
from ivr.storage.draft_store import SqlDrafts
from ivr.storage.proposal_store import SqlProposals
from ivr.storage.router_store import SqlRouters
from ivr.storage.table_store import SqlTables
from ivr.tables.errors import (
    BaseMoved,
    DraftMoved,
    NoDraft,
    NoSuchProposal,
    ProposalMoved,
    VersionTaken,
)
from ivr.tables.values import NewProposal, ProposalState, Publication, Release, Stamp
from routing.rehearse import Case, Source

NOON = datetime(2026, 11, 23, 12, tzinfo=CHINA)
WHY = "号码变了"


def deed(what="test", who="anna", **more):
    return Deed(who, what, "table/1", WHY, **more)


@pytest.fixture
def drafts(database, clock):
    return SqlDrafts(database, clock)


@pytest.fixture
def proposals(database, clock):
    return SqlProposals(database, clock)


@pytest.fixture
def published(database, clock):
    return SqlTables(database, clock)


@pytest.fixture
def audit(database, clock):
    return SqlAudit(database, clock)


def proposal(**changes):
    made = NewProposal("anna", 1, 2, WHY, None, ProposalState.SCHEDULED, "aa", b"{}")
    return evolve(made, **changes)


def release(version, *, over, proposed=None, **facts):
    made = Publication(version, f"sha{version}", NOON, active=True, published_by="anna", **facts)
    return Release(made, b"table %d" % version, over, proposed)


# -- drafts ----------------------------------------------------------------------------------


async def test_an_editor_has_one_draft_however_often_it_is_opened(drafts):
    opened = await asyncio.gather(*(drafts.open("anna", 1, deed()) for _ in range(4)))
    assert len(set(opened)) == 1
    assert await drafts.of("anna") == opened[0]
    assert await drafts.of("bert") is None


async def test_of_two_windows_the_second_to_save_is_told(drafts):
    draft = await drafts.open("anna", 1, deed())
    stamp = Stamp("anna", draft.revision)
    saved = await drafts.save(stamp, 1, b"one", [deed("first")])
    assert (saved.revision, saved.body) == (draft.revision + 1, b"one")
    with pytest.raises(DraftMoved):
        await drafts.save(stamp, 1, b"two", [deed("second")])
    assert (await drafts.of("anna")).body == b"one"


async def test_what_was_not_saved_is_not_in_the_log_and_what_was_is(drafts, audit):
    draft = await drafts.open("anna", 1, deed("opened"))
    stamp = Stamp("anna", draft.revision)
    await drafts.save(stamp, 1, b"one", [deed("first"), deed("second")])
    with pytest.raises(DraftMoved):
        await drafts.save(stamp, 1, b"two", [deed("third")])
    assert [entry.deed.what for entry in await audit.find()] == ["second", "first", "opened"]


async def test_a_draft_is_thrown_away_once(drafts):
    await drafts.open("anna", 1, deed())
    await drafts.discard("anna", deed())
    assert await drafts.of("anna") is None
    with pytest.raises(NoDraft):
        await drafts.discard("anna", deed())


async def test_everybodys_drafts_are_listed_without_what_is_in_them(drafts):
    draft = await drafts.open("anna", 1, deed())
    await drafts.save(Stamp("anna", draft.revision), 1, b"much", [])
    await drafts.open("bert", 2, deed())
    assert {(each.editor, each.base, each.body) for each in await drafts.all()} == {
        ("anna", 1, b"{}"),
        ("bert", 2, b"{}"),
    }


# -- proposals -------------------------------------------------------------------------------


async def test_a_proposal_comes_back_as_it_was_made_and_is_numbered(proposals, audit, clock):
    made = await proposals.add(proposal(publish_at=NOON), deed("proposed"))
    assert await proposals.get(made.id) == made
    assert (made.publish_at, made.submitted) == (NOON, clock.now())
    assert await proposals.body(made.id) == b"{}"
    (entry,) = await audit.find()
    assert entry.deed.subject == f"proposal/{made.id}"
    for look in (proposals.get, proposals.body):
        with pytest.raises(NoSuchProposal):
            await look(made.id + 1)


async def test_a_proposal_is_decided_once(proposals, audit):
    made = await proposals.add(proposal(state=ProposalState.WAITING), deed("proposed"))
    approved = await proposals.decide(made, ProposalState.SCHEDULED, deed("approved", "bert"))
    assert (approved.state, approved.decided_by) == (ProposalState.SCHEDULED, "bert")
    assert (approved.decision, approved.is_open) == (WHY, True)
    with pytest.raises(ProposalMoved, match="scheduled"):
        await proposals.decide(made, ProposalState.REFUSED, deed("refused", "carl"))
    assert [entry.deed.what for entry in await audit.find()] == ["approved", "proposed"]


async def test_only_what_waits_for_its_time_alone_is_due_when_it_comes(proposals):
    later, past = NOON + timedelta(hours=1), NOON - timedelta(hours=1)
    waits = await proposals.add(proposal(state=ProposalState.WAITING), deed())
    now = await proposals.add(proposal(), deed())
    then = await proposals.add(proposal(publish_at=later), deed())
    missed = await proposals.add(proposal(publish_at=past), deed())
    assert [each.id for each in await proposals.due(NOON)] == [now.id, missed.id]
    assert then.id in [each.id for each in await proposals.due(later)]
    assert waits.id not in [each.id for each in await proposals.due(later)]
    assert [each.id for each in await proposals.newest(2)] == [missed.id, then.id]


# -- releases --------------------------------------------------------------------------------


async def test_a_release_puts_in_force_closes_and_is_told_all_at_once(
    published, proposals, drafts, audit
):
    await published.release(release(1, over=0), deed("published"))
    draft = await drafts.open("anna", 1, deed("opened"))
    made = await proposals.add(proposal(revision=draft.revision), deed("proposed"))
    facts = {"why": WHY, "approved_by": "bert"}
    done = await published.release(release(2, over=1, proposed=made, **facts), deed("published"))
    assert (done.version, done.active, done.why, done.approved_by) == (2, True, WHY, "bert")
    assert await published.in_force() == done
    assert (await published.active()).body == b"table 2"
    closed = await proposals.get(made.id)
    assert (closed.state, closed.version) == (ProposalState.PUBLISHED, 2)
    assert await drafts.of("anna") is None
    assert (await audit.find())[0].deed.what == "published"


async def test_a_draft_changed_after_its_proposal_stays_with_its_editor(
    published, proposals, drafts
):
    await published.release(release(1, over=0), deed())
    draft = await drafts.open("anna", 1, deed())
    made = await proposals.add(proposal(revision=draft.revision), deed())
    await drafts.save(Stamp("anna", draft.revision), 1, b"more", [])
    await published.release(release(2, over=1, proposed=made), deed())
    assert (await drafts.of("anna")).body == b"more"


@pytest.mark.parametrize(
    ("refused", "error"),
    [
        (lambda made: release(3, over=1, proposed=made), BaseMoved),
        (lambda made: release(2, over=2, proposed=made), VersionTaken),
    ],
)
async def test_a_release_that_comes_too_late_changes_nothing(
    published, proposals, audit, refused, error
):
    await published.release(release(1, over=0), deed())
    await published.release(release(2, over=1), deed())
    made = await proposals.add(proposal(), deed())
    seen = await audit.find()
    with pytest.raises(error):
        await published.release(refused(made), deed("too late"))
    assert (await published.in_force()).version == 2
    assert await proposals.get(made.id) == made
    assert await audit.find() == seen


async def test_a_proposal_that_was_withdrawn_is_not_published(published, proposals):
    await published.release(release(1, over=0), deed())
    made = await proposals.add(proposal(), deed())
    await proposals.decide(made, ProposalState.WITHDRAWN, deed())
    with pytest.raises(ProposalMoved):
        await published.release(release(2, over=1, proposed=made), deed())
    assert [each.version for each in await published.list()] == [1]


async def test_of_many_publishers_at_once_one_wins_and_one_table_is_in_force(published):
    await published.release(release(1, over=0), deed())
    tries = (published.release(release(n, over=1), deed()) for n in (2, 2, 3, 3))
    ends = await asyncio.gather(*tries, return_exceptions=True)
    done = [each for each in ends if isinstance(each, Publication)]
    assert len(done) == 1
    assert all(isinstance(each, BaseMoved | VersionTaken | Publication) for each in ends)
    assert [each.version for each in await published.list() if each.active] == [done[0].version]


async def test_before_the_first_release_nothing_is_in_force(published):
    assert await published.in_force() is None
    with pytest.raises(BaseMoved):
        await published.release(release(1, over=7), deed())


# -- routers ---------------------------------------------------------------------------------


async def test_a_router_is_kept_for_its_table_and_its_recipe(database, clock):
    routers = SqlRouters(database, clock)
    await routers.put("aa", "1", b"one")
    await routers.put("aa", "2", b"two")
    await routers.put("aa", "1", b"one")
    assert await routers.get("aa", "1") == b"one"
    assert await routers.get("aa", "2") == b"two"
    assert await routers.get("bb", "1") is None


# -- audit -----------------------------------------------------------------------------------


async def test_a_deed_is_kept_with_who_when_why_and_what_changed(audit, clock):
    done = Deed("anna", "draft.row-put", "hotlines/H090", WHY, {"号码": "1"}, {"号码": "2"})
    entry = await audit.add(done)
    assert (entry.deed, entry.at) == (done, clock.now())
    assert await audit.find() == (entry,)


async def test_the_log_is_searched_by_who_what_subject_and_read_page_by_page(audit):
    for number in range(5):
        who = "anna" if number % 2 else "bert"
        await audit.add(Deed(who, f"draft.{number}", f"a_b/{number}"))
    await audit.add(Deed("anna", "login.refused", "axb/9"))

    async def subjects(**query):
        return [entry.deed.subject for entry in await audit.find(AuditQuery(**query))]

    assert await subjects(who="anna", what="draft.") == ["a_b/3", "a_b/1"]
    assert len(await subjects(subject="a_b/")) == 5
    first = await audit.find(AuditQuery(limit=2))
    assert len(await subjects(before_seq=first[-1].seq)) == 4


@pytest.mark.parametrize(
    "change", [update(tables.audit).values(who="nobody"), delete(tables.audit)]
)
async def test_nothing_in_the_log_can_be_changed_or_taken_away(audit, database, change):
    await audit.add(deed("kept"))
    with pytest.raises((StoreAway, IntegrityError), match="append only"):
        async with database.writing() as connection:
            await connection.execute(change)
    assert [entry.deed.what for entry in await audit.find()] == ["kept"]


# -- cases -----------------------------------------------------------------------------------


def record(call, *told):
    return CallRecord(
        call=call,
        caller="13800000000",
        dialled="114",
        began=NOON,
        ended=NOON,
        outcome=Outcome.CONNECTED,
        steps=(),
        table=1,
        node="n1",
        told=told,
    )


async def test_what_callers_keyed_and_said_comes_back_as_cases(database, clock):
    calls, history = SqlCalls(database, clock), SqlHistory(database)
    keys = (Told(Means.KEY, "root", "3"), Told(Means.KEY, "daily", "1"))
    words = Told(Means.WORDS, "", "家里停水了", "新华街道")
    await calls.close(record("1.1", *keys, words), None)
    await calls.close(record("1.2"), None)
    assert (await calls.find("1.1")).told == (*keys, words)
    assert await history.cases(10) == (
        Case("call/1.1", Source.CALL, keys="31"),
        Case("call/1.1/1", Source.CALL, text="家里停水了", area="新华街道"),
    )
    assert await history.cases(0) == ()


async def test_a_record_of_an_older_release_has_told_nothing(database, clock):
    calls = SqlCalls(database, clock)
    await calls.close(record("1.1"), None)
    async with database.writing() as connection:
        await connection.execute(text("UPDATE call_record SET told = NULL"))
        assert (await connection.execute(select(tables.call_record.c.told))).scalar_one() is None
    assert (await calls.find("1.1")).told == ()
