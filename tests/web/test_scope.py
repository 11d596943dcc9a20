"""Who answers for a part of the table decides on that part alone, also after the editing."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from attrs import evolve

from ivr.kernel.audit import Deed
from ivr.kernel.clock import CHINA
from ivr.kernel.people import AccountName, Level, Role
from ivr.people.accounts import Wanted
from ivr.people.errors import BadScope, OutOfScope
from ivr.tables.errors import BadMoment
from ivr.tables.values import Revision, RowEdit

UNIT, OTHER = "C062", "C001"  # of the city, both


@pytest.fixture
async def desk(site):
    """A site where a second person approves."""
    site.parts.tables.office.publishing.needs_approval = True
    return site.parts.tables


async def somebody(site, name, role, **scope):
    await site.account(name, role, **scope)
    return await site.stores.accounts.of(AccountName(name))


async def moved(site, account, **scope):
    """The same person, answering for something else."""
    deed = Deed(AccountName("test"), "account.changed", f"account/{account.name}")
    return await site.stores.accounts.change(evolve(account, **scope), deed)


def renamed(sheets, unit, title):
    """Another title for the first line of a unit."""
    sheet = sheets.sheet("hotlines")
    row = next(row for row in map(sheet.form.row, sheet.rows) if row["department_code"] == unit)
    return RowEdit("hotlines", (row["code"],), sheet.form.cells({**row, "title": title}))


async def proposed(desk, editor, sheets, unit):
    edit = renamed(sheets, unit, "新的名称")
    draft = await desk.edit(editor, Revision(0), [edit], "更正")
    return await desk.submit(editor, draft.revision, "更正", None)


async def test_who_was_moved_to_another_unit_does_not_submit_what_they_did_before(
    site, desk, sheets
):
    editor = await somebody(site, "bao", Role.EDITOR, unit=UNIT)
    draft = await desk.edit(editor, Revision(0), [renamed(sheets, UNIT, "甲")], "更正")
    editor = await moved(site, editor, unit=OTHER)
    with pytest.raises(OutOfScope):
        await desk.submit(editor, draft.revision, "更正", None)


@pytest.mark.parametrize("scope", [{"unit": UNIT}, {"level": Level.CITY}, {}])
async def test_an_approver_decides_on_rows_of_theirs(site, desk, sheets, scope):
    editor = await somebody(site, "bao", Role.EDITOR)
    approver = await somebody(site, "pan", Role.APPROVER, **scope)
    proposal = await proposed(desk, editor, sheets, UNIT)
    assert (await desk.approve(approver, proposal.id, "同意")).decided_by == "pan"


@pytest.mark.parametrize("scope", [{"unit": OTHER}, {"level": Level.DISTRICT}])
async def test_an_approver_leaves_alone_what_is_not_theirs(site, desk, sheets, scope):
    editor = await somebody(site, "bao", Role.EDITOR)
    approver = await somebody(site, "pan", Role.APPROVER, **scope)
    proposal = await proposed(desk, editor, sheets, UNIT)
    for decide in (desk.approve, desk.refuse, desk.withdraw):
        with pytest.raises(OutOfScope):
            await decide(approver, proposal.id, "不归我管")
    assert (await desk.office.publishing.proposal(proposal.id)).is_open


async def test_a_part_of_the_city_does_not_take_all_of_the_table_back(site, desk):
    approver = await somebody(site, "pan", Role.APPROVER, level=Level.DISTRICT)
    with pytest.raises(OutOfScope):
        await desk.rollback(approver, 1, "恢复")


async def test_an_administrator_answers_for_everything(site):
    """Who keeps accounts could give themselves any other scope."""
    for scope in ({"unit": UNIT}, {"level": Level.CITY}):
        wanted = Wanted(Role.ADMINISTRATOR, **scope)
        with pytest.raises(BadScope):
            await site.parts.keeping.create(AccountName("eve"), wanted, None)


@pytest.mark.parametrize(
    "at",
    [
        datetime(1, 1, 1, tzinfo=CHINA),
        datetime(2026, 11, 22, 9, tzinfo=CHINA),
        datetime(9999, 12, 31, 23, 59, tzinfo=CHINA),
    ],
)
async def test_a_time_that_nobody_means_is_refused(site, desk, sheets, at):
    """The year 1 is before what databases know; yesterday is a slip of the pen."""
    editor = await somebody(site, "bao", Role.EDITOR)
    draft = await desk.edit(editor, Revision(0), [renamed(sheets, UNIT, "甲")], "更正")
    with pytest.raises(BadMoment):
        await desk.submit(editor, draft.revision, "更正", at)


async def test_the_page_says_whose_business_it_is(site, desk, sheets):
    editor = await somebody(site, "bao", Role.EDITOR)
    proposal = await proposed(desk, editor, sheets, UNIT)
    browser = await site.signed_in("pan", Role.APPROVER, level=Level.DISTRICT)
    page = await browser.look(f"/proposals/{proposal.id}")
    assert "/approve" not in page, "what would be refused is not offered"
    answer = await browser.post(f"/proposals/{proposal.id}/approve", {"why": "同意"})
    assert answer.status_code == 403
    assert re.search("不在您负责的范围内", answer.text)
