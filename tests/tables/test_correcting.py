"""From an operator's word to an example, and to where the sentence goes once that is published."""

from __future__ import annotations

from datetime import datetime

import pytest
from attrs import evolve

from ivr.calls.live import Understood
from ivr.editing.correcting import Correcting, Told
from ivr.editing.desk import TableDesk, WhyMissing
from ivr.kernel.audit import AuditQuery
from ivr.kernel.clock import CHINA
from ivr.kernel.people import Account, Role
from ivr.people.errors import NotAllowed, OutOfScope
from ivr.storage.correction_store import SqlCorrections
from ivr.tables.corrections import (
    BadWords,
    CorrectionsDisagree,
    CorrectionSettled,
    NoSuchTarget,
    NothingChosen,
    NumbersInWords,
)
from ivr.tables.errors import DraftMoved
from ivr.tables.values import RowEdit
from routing.decide import Router
from routing.learn import compile_router
from routing.load import load_table
from tests.tables.conftest import office_on

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
OPERATOR = Account("ou", Role.OPERATOR, NOW)
EDITOR = Account("anna", Role.EDITOR, NOW)
OTHER = Account("bert", Role.ADMINISTRATOR, NOW)
OF_WATER = Account("wang", Role.EDITOR, NOW, unit="C057")
HEARD = Understood("我家听谁两天了，电话13804730001", 0.4, "ROUTE", ("H066", "H091"), (), 1)
SAID, WATER, HEATING = "俺家那个龙头一滴都没有", "H090", "H091"
WHY = "采纳"


@pytest.fixture
async def desk(office, database, clock, shipped):
    snapshot = await office.archive.snapshot(1)
    return Correcting(SqlCorrections(database, clock), TableDesk(office), lambda: snapshot)


async def told(desk, words=SAID, target=WATER, call="n1-1", me=OPERATOR):
    return await desk.tell(me, call, HEARD, Told(words, target))


async def rows(desk, me=EDITOR):
    """The examples of a draft which the table in force does not have."""
    view = await desk.tables.view(me)
    known = (await desk.tables.sheets(1)).sheet("examples").rows
    return [cells for cells in view.sheets.sheet("examples").rows if cells not in known]


async def test_it_is_kept_with_what_the_machine_made_of_it_and_without_anybodys_number(desk):
    made = await told(desk, f" {SAID}\r\n\u202e ")
    assert (made.words, made.target, made.operator) == (SAID, WATER, "ou")
    assert (made.decided, made.confidence, made.table) == ("H066", 0.4, 1)
    assert made.heard == "我家听谁两天了，电话＊＊＊"
    (entry,) = await desk.tables.office.audit.find(AuditQuery(what="correction"))
    assert (entry.deed.who, entry.deed.subject) == ("ou", f"correction/{made.id}")
    assert SAID not in str(entry)  # nobody can take anything out of the log again


@pytest.mark.parametrize(
    ("words", "target", "error"),
    [
        ("我电话13804730001", WATER, NumbersInWords),
        ("  \u200b ", WATER, BadWords),
        ("，。！", WATER, BadWords),
        ("水" * 201, WATER, BadWords),
        (SAID, "", NoSuchTarget),
        (SAID, "H999", NoSuchTarget),
        (SAID, "ROUTE", NoSuchTarget),
        (SAID, "EMERGENCY:99999", NoSuchTarget),
        (SAID, f"{WATER}|{HEATING}", NoSuchTarget),
    ],
)
async def test_what_nobody_could_learn_from_is_refused(desk, words, target, error):
    with pytest.raises(error):
        await told(desk, words, target)
    assert await desk.corrections.open(9) == ()


@pytest.mark.parametrize("target", ["EMERGENCY:119", "PROGRESS", "HUMAN", "UNCLEAR", "H069"])
async def test_it_may_belong_to_a_line_a_call_for_help_or_nowhere(desk, target):
    assert (await told(desk, target=target)).target == target


async def test_operators_make_them_and_editors_settle_them(desk):
    made = await told(desk)
    with pytest.raises(NotAllowed):
        await told(desk, me=EDITOR)
    for asks in (desk.take(OPERATOR, 0, [made.id], WHY), desk.dismiss(OPERATOR, [made.id], WHY)):
        with pytest.raises(NotAllowed):
            await asks
    assert await desk.corrections.open(9) == (made,)


async def test_several_are_taken_into_the_draft_of_who_took_them_and_settled(desk):
    one, two = await told(desk), await told(desk, "没有要办的", "UNCLEAR", "n1-2")
    draft = await desk.take(EDITOR, 0, [one.id, two.id], WHY)
    assert draft.editor == "anna"
    assert await rows(desk) == [(SAID, WATER, ""), ("没有要办的", "UNCLEAR", "")]
    assert await rows(desk, OTHER) == []
    log = await desk.tables.office.audit.find(AuditQuery(who="anna"))
    assert [entry.deed.what for entry in log] == [
        *("correction.taken", "correction.taken", "draft.row-put", "draft.row-put"),
        "draft.opened",
    ]
    for again in (desk.take(OTHER, 0, [two.id], WHY), desk.dismiss(OTHER, [two.id], WHY)):
        with pytest.raises(CorrectionSettled):
            await again
    assert await rows(desk, OTHER) == []


async def test_a_draft_that_was_changed_in_another_window_takes_none(desk):
    made = await told(desk)
    await desk.tables.open(EDITOR, WHY)
    with pytest.raises(DraftMoved):
        await desk.take(EDITOR, 7, [made.id], WHY)
    assert (await desk.corrections.open(9), await rows(desk)) == ((made,), [])


async def test_two_that_contradict_each_other_are_not_taken_together(desk):
    one, two = await told(desk), await told(desk, f"{SAID}。", HEATING, "n1-2")
    with pytest.raises(CorrectionsDisagree, match=f"第{one.id}号和第{two.id}号"):
        await desk.take(EDITOR, 0, [one.id, two.id], WHY)
    same = await told(desk, f"{SAID}！", WATER, "n1-3")
    await desk.take(EDITOR, 0, [one.id, same.id], WHY)
    assert await rows(desk) == [(SAID, WATER, "")]
    assert await desk.corrections.open(9) == (two,)


async def test_an_example_that_says_otherwise_is_named_and_goes(desk):
    """However it is written: a router hears no full stop."""
    old = ("俺家那个龙头，一滴都没有。", f"{HEATING}|{WATER}", "")
    elsewhere = ("俺家那个龙头，一滴都没有。", HEATING, "新华街道")
    edits = [RowEdit("examples", None, cells) for cells in (old, elsewhere)]
    draft = await desk.tables.edit(EDITOR, 0, edits, WHY)
    made = await told(desk)
    view = await desk.tables.view(EDITOR)
    (found,) = await desk.beside(view, await desk.waiting(view))
    assert (found.against, found.known) == ((HEATING,), False)
    await desk.take(EDITOR, draft.revision, [made.id], WHY)
    assert await rows(desk) == [elsewhere, (SAID, WATER, "")]


async def test_what_stands_there_already_is_settled_and_not_written_twice(desk):
    edit = RowEdit("examples", None, (f"{SAID}！", f"{WATER}|{HEATING}", ""))
    draft = await desk.tables.edit(EDITOR, 0, [edit], WHY)
    made = await told(desk)
    view = await desk.tables.view(EDITOR)
    (found,) = await desk.beside(view, await desk.waiting(view))
    assert (found.against, found.known) == ((), True)
    await desk.take(EDITOR, draft.revision, [made.id], WHY)
    assert await rows(desk) == [edit.cells]
    assert await desk.corrections.open(9) == ()


async def test_who_answers_for_a_unit_settles_what_belongs_to_it_alone(desk):
    mine, other = await told(desk), await told(desk, "楼下着火了", "EMERGENCY:119", "n1-2")
    view = await desk.tables.view(OF_WATER)
    assert view.scope.has_line(WATER)
    assert await desk.waiting(view) == (mine,)
    for asks in (
        desk.take(OF_WATER, 0, [mine.id, other.id], WHY),
        desk.dismiss(OF_WATER, [other.id], WHY),
    ):
        with pytest.raises(OutOfScope):
            await asks
    await desk.dismiss(OF_WATER, [mine.id], "听不清")
    assert await desk.corrections.open(9) == (other,)


async def test_nothing_is_settled_without_a_choice_or_dismissed_without_a_reason(desk):
    made = await told(desk)
    with pytest.raises(NothingChosen):
        await desk.take(EDITOR, 0, [], WHY)
    with pytest.raises(WhyMissing):
        await desk.dismiss(EDITOR, [made.id], "  ")
    assert await desk.corrections.open(9) == (made,)


async def test_after_publishing_the_sentence_goes_where_the_operator_said(
    database, clock, workshop, heard
):
    """By a router that learned: of a small table, which takes two seconds and not two minutes."""
    table = load_table()
    lexicon = evolve(table.lexicon, examples=table.lexicon.examples[:40], keywords=())
    office = office_on(database, clock, workshop, heard)
    await office.publishing.outright(evolve(table, lexicon=lexicon), "seed", "首次安装")
    snapshot = await office.archive.snapshot(1)
    assert SAID not in {each.text for each in snapshot.table.lexicon.examples}
    desk = Correcting(SqlCorrections(database, clock), TableDesk(office), lambda: snapshot)
    made, help_ = await told(desk), await told(desk, "炕洞子呼呼往外蹿", "EMERGENCY:119", "n1-2")
    draft = await desk.take(OTHER, 0, [made.id, help_.id], WHY)
    await office.publishing.submit(draft.stamp, WHY)
    await office.publishing.publish_due()
    after = await office.archive.snapshot((await office.archive.in_force()).version)
    assert after.number == 2
    router = Router.open(after, compile_router(after.table))
    assert router.decide(SAID).line == WATER
    assert router.decide(f"{SAID}！").line == WATER
    assert router.decide("炕洞子呼呼往外蹿").label == "EMERGENCY:119"
