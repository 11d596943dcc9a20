"""Editors and their drafts."""

from __future__ import annotations

import asyncio

import pytest

from ivr.kernel.audit import AuditQuery
from ivr.tables.errors import Conflicts, DraftMoved, NoDraft, NoSuchRow, RowTaken
from ivr.tables.values import RowEdit
from routing.errors import BadRow, BadRows, NoSuchEntry
from routing.forms import AREAS, HOTLINES, LANDMARKS
from routing.sheet import Sheet

WATER = ("H090",)
WHY = "新号码"


def row_of(draft, key=WATER, **cells):
    row = HOTLINES.row(draft.sheets.sheet("hotlines").by_key[key])
    return HOTLINES.cells({**row, **cells})


async def edited(office, editor="anna", number="12345678"):
    draft = await office.drafting.open(editor, WHY)
    edit = RowEdit("hotlines", WATER, row_of(draft, number=number))
    return await office.drafting.edit(draft.stamp, [edit], WHY)


def number_in(sheets):
    return HOTLINES.row(sheets.sheet("hotlines").by_key[WATER])["number"]


async def published(office, editor, number):
    draft = await edited(office, editor, number)
    return await office.publishing.submit(draft.stamp, WHY)


async def test_a_draft_begins_as_the_table_in_force_and_is_found_again(office):
    draft = await office.drafting.open("anna", WHY)
    assert draft.sheets == await office.archive.sheets(1)
    assert await office.drafting.open("anna", WHY) == draft
    assert await office.drafting.get("anna") == draft
    assert await office.drafting.find("bert") is None
    with pytest.raises(NoDraft, match="bert"):
        await office.drafting.get("bert")


async def test_a_change_is_in_the_draft_alone_and_told_in_a_sentence(office):
    draft = await edited(office)
    assert await office.drafting.get("anna") == draft
    assert number_in(await office.archive.sheets(1)) == "04730000090"
    (told,) = await office.drafting.differences(draft)
    assert told.sentence == "热线 供水报修 的号码由“04730000090”改为“12345678”。"


async def test_every_change_has_who_when_why_and_what(office, clock):
    await edited(office)
    (entry, _) = await office.audit.find(AuditQuery(who="anna"))
    deed = entry.deed
    assert (deed.what, deed.subject, deed.why) == ("draft.row-put", "hotlines/H090", WHY)
    assert (deed.before["number"], deed.after["number"]) == ("04730000090", "12345678")
    assert entry.at == clock.now()


async def test_two_windows_do_not_overwrite_each_other(office):
    draft = await office.drafting.open("anna", WHY)
    edit = RowEdit("hotlines", WATER, row_of(draft, number="1"))
    await office.drafting.edit(draft.stamp, [edit], WHY)
    with pytest.raises(DraftMoved):
        await office.drafting.edit(draft.stamp, [edit], WHY)
    fresh = (await office.drafting.get("anna")).stamp
    both = (office.drafting.edit(fresh, [edit], WHY) for _ in range(2))
    ends = await asyncio.gather(*both, return_exceptions=True)
    assert sum(isinstance(end, DraftMoved) for end in ends) == 1


async def test_rows_are_added_and_taken_away(office):
    draft = await office.drafting.open("anna", WHY)
    new = ("没有的公园", "海勃湾区")
    draft = await office.drafting.edit(draft.stamp, [RowEdit("landmarks", None, new)], WHY)
    assert draft.sheets.sheet("landmarks").rows[-1] == new
    gone = await office.drafting.edit(draft.stamp, [RowEdit("landmarks", new, None)], WHY)
    assert gone.sheets == await office.archive.sheets(1)


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        (lambda _: RowEdit("hotlines", ("H999",), None), NoSuchRow),
        (lambda draft: RowEdit("hotlines", None, row_of(draft)), RowTaken),
        (lambda draft: RowEdit("hotlines", WATER, row_of(draft, code="H091")), RowTaken),
        (lambda draft: RowEdit("hotlines", WATER, row_of(draft, number="call me")), BadRow),
        (lambda _: RowEdit("colours", None, ("red",)), NoSuchEntry),
    ],
)
async def test_an_edit_that_can_not_be_made_leaves_all_of_them_unmade(office, edit, error):
    draft = await office.drafting.open("anna", WHY)
    good = RowEdit("landmarks", None, ("没有的广场", "海勃湾区"))
    with pytest.raises(error):
        await office.drafting.edit(draft.stamp, [good, edit(draft)], WHY)
    assert await office.drafting.get("anna") == draft


async def test_an_import_replaces_the_sheets_it_has_and_leaves_the_others(office):
    draft = await edited(office)
    taken = await office.drafting.take_in(
        draft.stamp, [Sheet(LANDMARKS, (("公园", "海勃湾区"),))], "导入"
    )
    assert taken.sheets.sheet("landmarks").rows == (("公园", "海勃湾区"),)
    assert number_in(taken.sheets) == "12345678"
    entry = (await office.audit.find())[0]
    assert entry.deed.what == "draft.imported"
    assert entry.deed.after["changes"] == len(entry.deed.after["rows"])


async def test_of_an_import_with_bad_rows_nothing_is_taken_and_all_are_told(office):
    draft = await office.drafting.open("anna", WHY)
    rows = (("1503", "乌海市", "city", ""), ("x", "村", "community", ""), ("15", "", "city", ""))
    with pytest.raises(BadRows) as caught:
        await office.drafting.take_in(draft.stamp, [Sheet(AREAS, rows)], "导入")
    assert [(bad.row, bad.column) for bad in caught.value.rows] == [(3, "code"), (4, "name")]
    assert await office.drafting.get("anna") == draft


async def test_a_draft_thrown_away_is_gone_and_the_table_as_it_was(office):
    await edited(office)
    await office.drafting.discard("anna", "算了")
    assert await office.drafting.find("anna") is None
    assert (await office.archive.in_force()).version == 1


async def test_changes_of_other_rows_move_to_the_newer_table(office):
    mine = await office.drafting.open("anna", WHY)
    mine = await office.drafting.edit(
        mine.stamp, [RowEdit("landmarks", None, ("没有的广场", "海勃湾区"))], WHY
    )
    await published(office, "bert", "222")
    rebased = await office.drafting.rebase(mine.stamp, "合并")
    assert rebased.base == 2
    assert number_in(rebased.sheets) == "222"
    (told,) = await office.drafting.differences(rebased)
    assert told.name == "没有的广场"
    assert await office.drafting.get("anna") == rebased


@pytest.mark.parametrize(("mine", "number"), [(True, "111"), (False, "222")])
async def test_the_same_row_changed_by_two_is_asked_about(office, mine, number):
    draft = await edited(office, "anna", "111")
    await published(office, "bert", "222")
    with pytest.raises(Conflicts) as caught:
        await office.drafting.rebase(draft.stamp, "合并")
    (conflict,) = caught.value.conflicts
    assert (conflict.sheet, conflict.key) == ("hotlines", WATER)
    preferred = {(conflict.sheet, conflict.key)} if mine else set()
    settled = await office.drafting.settle(draft.stamp, "合并", preferred)
    assert number_in(settled.sheets) == number


async def test_whose_drafts_there_are_is_known(office):
    await edited(office)
    assert [(each.editor, each.base) for each in await office.drafting.everybody()] == [("anna", 1)]
