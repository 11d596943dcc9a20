"""Working on the table in pages: finding, editing within one's scope, publishing, going back."""

from __future__ import annotations

import asyncio
import html
import io
import re
import wave
import zipfile

import pytest

from ivr.kernel.audit import AuditQuery
from ivr.kernel.people import Level, Role

HOSTILE = "<img src=x onerror=alert(1)>\"'"
WHY = {"why": "单位来函更正"}


@pytest.fixture
async def editor(site):
    return await site.signed_in("anna", Role.ADMINISTRATOR)


async def revision(browser):
    """As the form of any page that edits has it."""
    page = await browser.look("/sheets/emergency/row?key=119")
    return re.search(r'name="revision" value="(\d+)"', page)[1]


async def edit(browser, path, form):
    return await browser.post(path, {"revision": await revision(browser), **WHY, **form})


def readable(page):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


async def settled(browser, path, unlike):
    """The page once what it waits for is done."""
    while unlike in (page := readable(await browser.look(path))):  # noqa: ASYNC110 - as a browser does
        await asyncio.sleep(0.02)
    return page


# -- finding -------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["gs", "供水", "gongshui", "04730000090", "h090"])
async def test_a_line_is_found_by_initials_characters_pinyin_number_and_code(editor, asked):
    page = await editor.look(f"/directory?q={asked}")
    first = re.search(r'<a href="/lines/(\w+)">', page)
    assert first[1] == "H090"


async def test_a_script_gets_only_what_was_found(editor):
    answer = await editor.get("/directory?q=gs", **{"hx-request": "true"})
    assert "供水报修" in answer.text
    assert "<html" not in answer.text


async def test_every_unit_line_and_sheet_has_a_page(editor, sheets):
    for name, kind in (("departments", "units"), ("hotlines", "lines")):
        for code, *_ in sheets.sheet(name).rows[::25]:
            assert code in await editor.look(f"/{kind}/{code}")
    for sheet in sheets.sheets:
        assert sheet.form.title in await editor.look(f"/sheets/{sheet.form.name}")


@pytest.mark.parametrize(
    "path",
    ["/units/X999", "/lines/H999", "/words/none", "/sheets/none", "/versions/7", "/menu/x/1"],
)
async def test_what_is_not_there_is_said_to_be_missing(editor, path):
    assert (await editor.get(path)).status_code == 404


async def test_a_level_of_the_menu_is_heard(editor):
    answer = await editor.get("/sounds/menu/root.wav")
    assert answer.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getframerate(), sound.getsampwidth()) == (8000, 2)
        assert 3 < sound.getnframes() / 8000 < 60
        assert max(sound.readframes(80000)) > 100, "not silence"


async def test_a_sentence_is_decided_with_its_reason_marked(editor):
    page = await editor.look("/try?text=我家没水了")
    assert "这句话会转到“供水报修（市自来水公司）”，因为“水”指停水。" in page
    assert '<mark class="sound" title="“水”指停水">水</mark>' in page


async def test_a_hostile_sentence_is_shown_and_not_run(editor):
    page = await editor.look(f"/try?text={HOSTILE}水")
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


# -- editing -------------------------------------------------------------------------------


def line_form(**more):
    form = {
        "title": "供水报修",
        "number": "0473-1234567",
        "number_kind": "national",
        "department_code": "C062",
        "consolidation": "整体并入",
        "days": "MO-FR",
        "spans": "08：30—12：00，14:30-17:30",
        "duty": "停水漏水",
        "hop": ["H010 市长热线", "", ""],
        "contact_role": ["联系人", "分管领导"],
        "contact_name": ["张明", ""],
        "contact_phone": ["13800138000", ""],
    }
    return {**form, **more}


async def test_a_line_is_changed_with_everything_about_it_at_once(editor, site):
    page = await editor.look("/lines/H090/edit")
    unit = re.search(r'<option value="(C\d+)" selected>', page)[1]
    answer = await edit(editor, "/lines/H090/edit", line_form(department_code=unit))
    assert answer.headers["location"] == "/lines/H090?done=saved", readable(answer.text)
    page = readable(await editor.look("/lines/H090"))
    for words in ("04731234567", "工作日 08:30-12:00、14:30-17:30", "张明", "13800138000"):
        assert words in page
    deeds = await site.stores.audit.find(AuditQuery(what="draft.row"))
    assert {entry.deed.why for entry in deeds} == {"单位来函更正"}
    assert {entry.deed.subject.split("/")[0] for entry in deeds} == {"hotlines", "contacts"}


async def test_what_can_not_be_used_is_told_and_kept_in_the_form(editor):
    answer = await edit(editor, "/lines/H090/edit", line_form(number="打不通", spans="8点"))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "号码：" in answer.text, "the field by its title, not a file and a row"
    assert ".csv" not in answer.text
    assert 'value="打不通"' in answer.text
    assert 'value="8点"' in answer.text
    assert "还没有草稿" in readable(await editor.look("/draft")) or "没有不同" in readable(
        await editor.look("/draft")
    )


async def test_a_change_without_a_reason_is_refused(editor):
    form = {"revision": await revision(editor), "why": " ", **line_form()}
    answer = await editor.post("/lines/H090/edit", form)
    assert (answer.status_code, "请写明原因" in answer.text) == (422, True)


async def test_an_old_form_does_not_overwrite_what_another_window_did(editor):
    old = await revision(editor)
    form = {"key": "119", "cell-number": "119", "cell-name": "火警", "cell-when": "着火"}
    await edit(editor, "/sheets/emergency/row", form)
    again = {**form, "cell-name": "火灾", "revision": old, **WHY}
    answer = await editor.post("/sheets/emergency/row", again)
    assert answer.status_code == 409
    assert "火灾" in answer.text, "what was typed is still there"


async def test_hostile_titles_are_kept_and_never_run(editor):
    """A title comes from a file, a person, or an attacker; the page shows its characters."""
    form = {"id": "odd", "title": HOSTILE, "target": "line:H090"}
    assert (await edit(editor, "/words/new", form)).status_code == 303
    for path in ("/words", "/words/odd", "/draft", "/lines/H090", "/audit", "/sheets/matters"):
        page = await editor.look(path)
        assert "<img src=x" not in page, path
    assert "&lt;img src=x onerror=alert(1)&gt;" in await editor.look("/words/odd")


async def test_a_keyword_is_added_changed_and_removed(editor):
    here = "/words/water-supply/keyword"
    form = {"keyword": "水霍霍", "weight": "4", "synonyms": "断水 干管、不出水"}
    await edit(editor, here, form)
    page = readable(await editor.look("/words/water-supply"))
    assert "水霍霍 分量4 断水、干管、不出水" in page
    await edit(editor, here, {**form, "was": "水霍霍", "weight": "2"})
    assert "水霍霍 分量2" in readable(await editor.look("/words/water-supply"))
    await edit(editor, f"{here}/remove", {"was": "水霍霍"})
    assert "水霍霍" not in await editor.look("/words/water-supply")


async def test_a_choice_of_the_menu_is_changed_and_a_level_added(editor):
    form = {"key": "1", "title": "停水报修", "target": "line:H044"}
    await edit(editor, "/menu/repair/1", form)
    assert "停水报修 → 热线 节水与供水监督（H044）" in readable(await editor.look("/menu"))
    form = {"key": "1", "title": "用水", "target": "new-level", "level": "water"}
    answer = await edit(editor, "/menu/repair/1", form)
    assert answer.status_code == 303, readable(answer.text)
    assert "用水 1项" in readable(await editor.look("/menu"))


# -- scope ---------------------------------------------------------------------------------


async def test_an_editor_of_one_unit_changes_that_unit_alone(site):
    browser = await site.signed_in("bao", Role.EDITOR, unit="C062")
    page = await browser.look("/units/C062")
    own = re.search(r'href="/lines/(H\d+)"', page)[1]
    assert f"/lines/{own}/edit" in await browser.look(f"/lines/{own}")
    assert "/edit" not in await browser.look("/lines/H001")
    form = line_form(department_code="C001")
    answer = await edit(browser, "/lines/H001/edit", form)
    assert answer.status_code == 403
    assert "不在您负责的范围内" in answer.text
    answer = await edit(browser, f"/lines/{own}/edit", form)
    assert answer.status_code == 403, "a line is not given away to another unit either"
    form = {"key": "119", "cell-number": "119", "cell-name": "火", "cell-when": "火"}
    assert (await edit(browser, "/sheets/emergency/row", form)).status_code == 403


async def test_an_editor_of_the_district_leaves_the_city_alone(site):
    browser = await site.signed_in("qu", Role.EDITOR, level=Level.DISTRICT)
    assert "/edit" not in await browser.look("/units/C001")
    page = await browser.look("/directory?level=district")
    unit = re.search(r'href="/units/(\w+)"', page)[1]
    assert f"/units/{unit}/edit" in await browser.look(f"/units/{unit}")


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.HANDLER, Role.SUPERVISOR, Role.APPROVER])
async def test_who_does_not_edit_can_not(site, role):
    browser = await site.signed_in(
        "oscar", role, **({"unit": "C001"} if role is Role.HANDLER else {})
    )
    assert "/edit" not in await browser.look("/lines/H001")
    for path in ("/lines/H001/edit", "/menu/root/1", "/words/water-supply/keyword", "/draft/open"):
        assert (await browser.post(path, {"revision": "0", **WHY})).status_code == 403
    assert (await browser.get("/draft")).status_code == 403


async def test_numbers_of_persons_are_masked_for_those_who_ring_nobody(site, editor):
    page = await editor.look("/lines/H090/edit")
    unit = re.search(r'<option value="(C\d+)" selected>', page)[1]
    await edit(editor, "/lines/H090/edit", line_form(department_code=unit))
    await publish(editor)
    handler = await site.signed_in("hao", Role.HANDLER, unit="C001")
    page = await handler.look("/lines/H090")
    assert "138****8000" in page
    for path in ("/lines/H090", "/versions/2", "/proposals/1", "/sheets", "/"):
        assert "13800138000" not in await handler.look(path), path
    assert (await handler.get("/sheets/contacts")).status_code == 303
    assert (await handler.get("/exchange/export/in-force.zip")).status_code == 403
    operator = await site.signed_in("ou", Role.OPERATOR)
    assert "13800138000" in await operator.look("/lines/H090")


# -- publishing ----------------------------------------------------------------------------


async def publish(browser, why="更正"):
    page = await browser.look("/draft/submit")
    number = re.search(r'name="revision" value="(\d+)"', page)[1]
    return await browser.post("/draft/submit", {"revision": number, "why": why})


async def rename(browser, title):
    form = {"key": "119", "cell-number": "119", "cell-name": title, "cell-when": "着火"}
    return await edit(browser, "/sheets/emergency/row", form)


async def test_a_draft_is_checked_shown_published_and_taken_back(editor, site):
    await rename(editor, "火警电话")
    page = await settled(editor, "/draft", "正在检查")
    assert "可以发布" in page
    assert "“火警和应急救援” → “火警电话”" in page
    answer = await publish(editor, "名称太长")
    assert "done=published" in answer.headers["location"], readable(answer.text)
    page = readable(await editor.look("/versions"))
    assert "第2版 在用" in page
    assert "名称太长" in page
    answer = await editor.post("/versions/1/rollback", {"why": "先恢复"})
    assert answer.headers["location"] == "/versions/3?done=rolled-back"
    assert "恢复自第1版" in readable(await editor.look("/versions"))
    await site.in_force.refresh()
    names = {each.number: each.name for each in site.in_force().table.directory.emergency}
    assert names["119"] == "火警和应急救援"


async def test_a_table_that_would_leave_somebody_stuck_is_not_published(editor):
    await edit(editor, "/menu/root/5/remove", {})
    await edit(editor, "/menu/repair/1", {"key": "1", "title": "水", "target": "line:H999"})
    page = await settled(editor, "/draft", "正在检查")
    assert "还不能发布" in page
    assert "指向的“H999”不存在" in page
    assert "done=published" not in str((await publish(editor)).headers)


async def test_somebody_elses_publication_is_joined_and_conflicts_are_chosen(editor, site):
    other = await site.signed_in("bob", Role.ADMINISTRATOR)
    await rename(editor, "甲")
    await rename(other, "乙")
    await publish(other)
    assert "先合并" in readable(await editor.look("/draft"))
    answer = await editor.post("/draft/rebase", {"why": "合并"})
    assert answer.status_code == 409
    place = html.unescape(re.search(r'name="mine" value="([^"]+)"', answer.text)[1])
    form = {"why": "合并", "settled": "yes", "mine": place}
    assert (await editor.post("/draft/rebase", form)).headers["location"] == "/draft?done=rebased"
    assert "“乙” → “甲”" in readable(await editor.look("/draft"))


async def test_a_second_person_approves_where_the_site_asks_for_it(editor, site):
    site.parts.tables.office.publishing.needs_approval = True
    await rename(editor, "火警电话")
    answer = await publish(editor)
    assert answer.headers["location"] == "/proposals/1?done=submitted"
    assert (await editor.post("/proposals/1/approve", {"why": ""})).status_code == 403
    approver = await site.signed_in("pan", Role.APPROVER)
    assert "1 件等我审批" in readable(await approver.look("/"))
    await approver.look("/proposals/1")
    refused = await approver.post("/proposals/1/refuse", {"why": ""})
    assert "请写明原因" in refused.text
    answer = await approver.post("/proposals/1/approve", {"why": "同意"})
    assert answer.headers["location"] == "/proposals/1?done=published"


async def test_a_publication_is_put_off_to_a_time(editor, site):
    await rename(editor, "火警电话")
    page = await editor.look("/draft/submit")
    number = re.search(r'name="revision" value="(\d+)"', page)[1]
    wrong = {"revision": number, "why": "到时发布", "at": "soon"}
    assert (await editor.post("/draft/submit", wrong)).status_code == 422
    answer = await editor.post("/draft/submit", {**wrong, "at": "2026-11-24T08:30"})
    assert answer.headers["location"] == "/proposals/1?done=scheduled"
    assert "2026年11月24日（周二）08:30" in readable(await editor.look("/proposals/1"))


async def test_a_rehearsal_says_which_calls_would_go_elsewhere(editor):
    form = {"key": "1", "title": "停水报修", "target": "line:H044"}
    await edit(editor, "/menu/repair/1", form)
    await editor.look("/draft/rehearsal")
    await editor.post("/draft/rehearsal")
    page = await settled(editor, "/draft/rehearsal", "正在试演")
    assert "句和按键" in page
    assert "没有一处改变去向" in page


# -- files ---------------------------------------------------------------------------------


async def test_what_was_exported_comes_back_and_changes_nothing(editor):
    """Every kind of file does in tests/routing; here the largest, 16 MB, through the page."""
    data = (await editor.get("/exchange/export/in-force.json")).content
    await editor.look("/exchange")
    answer = await editor.post("/exchange/import", WHY, files={"file": ("t.json", data)})
    assert answer.headers["location"] == "/draft?done=imported", readable(answer.text)
    assert "改动（0处）" in readable(await editor.look("/draft"))


async def test_a_bad_row_is_named_and_nothing_is_taken(editor):
    bad = "number,name,when\n119,火警,着火\n12x,坏,坏\n".encode()
    await editor.look("/exchange")
    answer = await editor.post("/exchange/import", WHY, files={"file": ("emergency.csv", bad)})
    assert answer.status_code == 422
    assert "emergency.csv 第3行“number”列" in readable(answer.text)
    assert "改动（0处）" in readable(await editor.look("/draft"))


@pytest.mark.parametrize("name", ["evil.exe", "../../hotlines.csv", "a.zip", "a.xlsx", "a.json"])
async def test_files_that_are_none_of_ours_are_refused(editor, name):
    await editor.look("/exchange")
    for data in (b"PK\x03\x04junk", b"PK\x05\x06" + bytes(18)):  # no archive, and an empty one
        answer = await editor.post("/exchange/import", WHY, files={"file": (name, data)})
        assert answer.status_code == 422


async def test_an_archive_that_grows_without_end_is_refused(editor):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hotlines.csv", b"0" * (64 << 20))
    await editor.look("/exchange")
    answer = await editor.post("/exchange/import", WHY, files={"file": ("a.zip", file.getvalue())})
    assert answer.status_code == 422


async def test_an_import_outside_of_ones_scope_is_refused_as_a_whole(site):
    browser = await site.signed_in("bao", Role.EDITOR, unit="C062")
    await browser.look("/exchange")
    data = "number,name,when\n119,火警,着火\n".encode()
    answer = await browser.post("/exchange/import", WHY, files={"file": ("emergency.csv", data)})
    assert answer.status_code == 403
