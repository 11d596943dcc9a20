"""An operator corrects the machine on a page of their own; an editor settles it on another."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from ivr.calls.live import Understood
from ivr.desk.presence import OperatorPresence, OperatorState
from ivr.kernel.audit import AuditQuery
from ivr.kernel.ids import CallId
from ivr.kernel.people import Role
from ivr.web.api.operation import BASE
from ivr.web.render import STATIC, VENDOR
from ivr.web.shown import FOR, KEPT
from tests.web.browser import SLOW, chromium, served
from tests.web.site import PASSWORD
from tests.web.test_api import Program
from tests.web.test_desk_page import CALL, DANGER, SAID, SEAT, looked_at, rings
from tests.web.test_table_pages import HOSTILE, readable

FORM = "/desk/correction"
HERE = "/corrections"
MISHEARD = Understood("俺家听谁了", 0.4, "UNCLEAR", ("H066",), (), 1)
REALLY = "俺家那个龙头一滴都没有"  # the router of these tests hears no water in it
WATER = "H090"


@pytest.fixture
async def operator(site):
    """With a caller at their seat, whose words are on the screen."""
    browser = await site.signed_in("ou", Role.OPERATOR)
    await rings(site, MISHEARD, state=OperatorState.TALKING)
    await browser.look("/desk?seat=1001")
    return browser


@pytest.fixture
async def editor(site):
    return await site.signed_in("anna", Role.ADMINISTRATOR)


def form(**more):
    sent = {"call": CALL, "at": "0", "words": REALLY, "target": WATER, "deed": "tell"}
    return {**sent, **more}


async def corrected(operator, **more):
    answer = await operator.post(FORM, form(**more))
    assert answer.status_code == 303, readable(answer.text)
    return answer


async def hangs_up(site, call=CALL):
    await site.parts.desk.live.remove(call)
    free = OperatorPresence(SEAT, OperatorState.LOGGED_IN, site.clock.now(), None, "ou")
    await site.parts.desk.keeping.presence.set(free)


def offered(page):
    return re.findall(r'name="target" value="([^"]+)"', page)


# -- the operator ----------------------------------------------------------------------------


async def test_beside_what_the_caller_said_there_is_a_way_to_correct_it(site, operator):
    page = await operator.look("/desk?seat=1001")
    link = re.search(r'href="(/desk/correction[^"]+)"', page)[1].replace("&amp;", "&")
    page = await operator.look(link)
    assert 'required aria-describedby="h-words">俺家听谁了</textarea>' in page
    assert "当时判断：没有诉求 听清的把握40%" in readable(page)
    assert offered(page) == [
        *("H066", "EMERGENCY:110", "EMERGENCY:119", "EMERGENCY:120", "EMERGENCY:122"),
        *[each for each in offered(page)[5:-3] if each.startswith("EMERGENCY:")],
        *("PROGRESS", "HUMAN", "UNCLEAR"),
    ]
    answer = await corrected(operator)
    assert answer.headers["location"] == "/desk?done=corrected"
    page = await operator.look("/desk?seat=1001")
    assert "已更正" in page
    assert "/desk/correction" not in page
    assert "每通来电只能更正一次" in await operator.look(link)


async def test_a_line_is_found_as_in_the_directory_and_the_form_is_left_as_it_was(operator):
    """Without a script: the search is a button of the form."""
    words = "我妈<b>的"
    answer = await operator.post(FORM, form(deed="search", q="gs", target="", words=words))
    assert answer.status_code == 200
    assert offered(answer.text)[0] == WATER
    assert "我妈&lt;b&gt;的</textarea>" in answer.text
    answer = await operator.post(FORM, form(deed="search", q="公积金", target=WATER))
    assert offered(answer.text)[0] == WATER  # chosen before, and still
    assert f'value="{WATER}" checked' in answer.text
    answer = await operator.post(FORM, form(deed="search", q="zzzz", target=""))
    assert "没有找到“zzzz”" in readable(answer.text)
    answer = await operator.post(FORM, form(deed="search", q="s", target=""))
    assert "请再多输几个字" in answer.text


async def test_with_a_script_only_what_was_found_is_sent_and_nothing_is_kept(site, operator):
    """Whichever button the script says was pressed."""
    answer = await operator.post(FORM, form(q="gs"), headers={"hx-request": "true"})
    assert offered(answer.text)[0] == WATER
    assert "<html" not in answer.text
    assert await site.stores.corrections.open(9) == ()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"words": "打13804730001找我"}, "不能带个人信息"),
        ({"words": " "}, "请写下来电者实际说的话"),
        ({"words": "水" * 201}, "太长了，最多200字"),
        ({"target": ""}, "请选择这句话应该转到哪里"),
        ({"target": "H999"}, "请选择这句话应该转到哪里"),
    ],
)
async def test_what_can_not_be_kept_is_told_with_the_form_as_it_was(site, operator, sent, words):
    answer = await operator.post(FORM, form(**sent))
    assert answer.status_code == 422
    assert words in readable(answer.text)
    assert sent.get("words", REALLY).strip() in answer.text
    assert await site.stores.corrections.open(9) == ()


async def test_one_call_is_corrected_once_by_however_many_windows(site, operator):
    answers = await asyncio.gather(*(operator.post(FORM, form()) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [303, 409, 409]
    assert len(await site.stores.corrections.open(9)) == 1


@pytest.mark.parametrize(
    ("call", "at"),
    [("n1-2", "0"), (CALL, "1"), (CALL, "-1"), (CALL, "x"), ("", ""), (HOSTILE, "0")],
)
async def test_only_what_was_on_ones_own_screen_is_corrected(site, operator, call, at):
    """Of the caller who waits behind, and of what nobody said, nothing is told."""
    answer = await operator.client.get(FORM, params={"call": call, "at": at})
    sent = await operator.post(FORM, form(call=call, at=at))
    assert (answer.status_code, sent.status_code) == (403, 403)
    assert "只能更正您自己接的来电" in readable(sent.text)
    assert await site.stores.corrections.open(9) == ()


async def test_another_operator_neither_reads_nor_corrects_the_caller(site, operator):
    other = await site.signed_in("li", Role.OPERATOR)
    await other.look("/desk?seat=1001")
    answer = await other.get(f"{FORM}?call={CALL}&at=0")
    assert answer.status_code == 403
    assert "听谁" not in answer.text
    assert (await other.post(FORM, form())).status_code == 403


@pytest.mark.parametrize("role", [Role.EDITOR, Role.APPROVER, Role.SUPERVISOR])
async def test_only_who_takes_calls_corrects(site, role):
    browser = await site.signed_in("eve", role)
    await rings(site, MISHEARD, who="eve")
    assert (await browser.get(f"{FORM}?call={CALL}&at=0")).status_code == 403
    assert (await browser.post(FORM, form())).status_code == 403


async def test_after_the_call_there_is_half_an_hour_and_no_number_is_kept(site, operator):
    await hangs_up(site)
    page = await operator.look("/desk?seat=1001")
    assert "刚才的来电" in page
    assert "俺家听谁了" in page
    assert "13804730001" not in page
    site.clock.advance(FOR.total_seconds() - 1)
    assert "俺家听谁了" in await operator.look("/desk?seat=1001")
    site.clock.advance(1)
    assert "刚才的来电" not in await operator.look("/desk?seat=1001")
    assert (await operator.post(FORM, form())).status_code == 403


async def test_a_caller_who_was_passed_on_is_somebody_elses(site, operator):
    await rings(site, MISHEARD, state=OperatorState.TALKING, who="li")
    assert "听谁" not in await operator.look("/desk?seat=1001")
    assert (await operator.post(FORM, form())).status_code == 403


async def test_of_many_callers_the_last_few_are_remembered_and_whoever_said_nothing_is_not(
    site, operator
):
    for count in range(KEPT + 2):
        await rings(site, MISHEARD, call=CallId(f"n2-{count}"))
        await operator.look("/desk?seat=1001")
    await rings(site, call=CallId("n3-1"))
    page = await operator.look("/desk?seat=1001")
    assert re.findall(r"call=([^&]+)", page) == [f"n2-{count}" for count in range(6, 1, -1)]


async def test_of_several_sentences_the_operator_says_which(site, operator):
    await rings(site, SAID, MISHEARD, DANGER)
    page = await operator.look("/desk?seat=1001")
    links = re.findall(r"call=n1-1&amp;at=(\d)", page)
    assert links == ["2", "1", "0"]  # the last thing said stands first
    page = await operator.look(f"{FORM}?call={CALL}&at=2")
    assert "当时判断：紧急号码119" in readable(page)
    assert re.findall(r'at=(\d)"', page) == ["0", "1"]
    await corrected(operator, at="2", target="UNCLEAR")
    (kept,) = await site.stores.corrections.open(9)
    assert (kept.heard, kept.decided, kept.target) == ("楼下着火了", "EMERGENCY:119", "UNCLEAR")


# -- the editor ------------------------------------------------------------------------------


async def test_an_editor_sees_it_beside_what_the_table_says_today(site, operator, editor):
    await corrected(operator)
    assert "话务员更正了1句话" in readable(await editor.look("/"))
    said = readable(await editor.look(HERE))
    assert f"{REALLY} → 供水报修（H090）" in said
    assert "机器听写 俺家听谁了 听清的把握40% 当时判断 没有诉求 第1版" in said
    assert "在用目录 还是错的 没有诉求" in said
    assert "第1号 ou" in said
    assert "13804730001" not in said


async def test_what_the_table_decides_rightly_by_now_is_said_so(operator, editor):
    await corrected(operator, words="家里没水")
    assert "在用目录 已经判断对了" in readable(await editor.look(HERE))


async def test_it_is_taken_into_the_draft_and_is_there_to_publish(site, operator, editor):
    await corrected(operator)
    await editor.look(HERE)
    answer = await editor.post(HERE, {"revision": "0", "chosen": "1", "deed": "take"})
    assert answer.headers["location"] == f"{HERE}?done=taken"
    assert "没有等着处理的更正" in readable(await editor.look(HERE))
    assert REALLY in readable(await editor.look("/draft"))
    log = await site.stores.audit.find(AuditQuery(who="anna", what="correction"))
    assert [(entry.deed.what, entry.deed.subject, entry.deed.why) for entry in log] == [
        ("correction.taken", "correction/1", "采纳话务员的更正")
    ]
    assert "采纳更正到草稿" in await editor.look("/audit")


async def test_all_of_a_page_are_taken_at_once(site, operator, editor):
    await corrected(operator)
    await rings(site, MISHEARD, call=CallId("n2-1"))
    await corrected(operator, call="n2-1", words="没事了", target="UNCLEAR")
    every = re.findall(r'name="every" value="(\d+)"', await editor.look(HERE))
    answer = await editor.post(HERE, {"revision": "0", "every": every, "deed": "all"})
    assert answer.status_code == 303
    assert await site.stores.corrections.open(9) == ()


async def test_one_that_contradicts_an_example_says_so_and_takes_its_place(operator, editor):
    await editor.look("/words/water-supply")
    example = {"revision": "0", "why": "试", "text": f"{REALLY}。", "target": "H091", "area": ""}
    assert (await editor.post("/words/water-supply/example", example)).status_code == 303
    await corrected(operator)
    said = readable(await editor.look(HERE))
    assert re.search("与现有例句矛盾：同一句话现在写着“.*（H091）”。采纳就会换掉它。", said)
    answer = await editor.post(HERE, {"revision": "2", "chosen": "1", "deed": "take"})
    assert answer.status_code == 303
    page = readable(await editor.look("/draft"))
    assert (f"{REALLY}。" in page, REALLY in page) == (False, True)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"chosen": "1", "deed": "dismiss"}, "422 请写明原因"),
        ({"deed": "take"}, "422 请先勾选更正"),
        ({"deed": "dismiss", "why": "x"}, "422 请先勾选更正"),
        ({"chosen": ["1", "77"], "deed": "take"}, "404 没有第77号更正"),
        ({"chosen": "1", "deed": "take", "revision": "5"}, "409 草稿在别处改过了"),
        ({"chosen": ["x", "-1", "9" * 30], "deed": "take"}, "422 请先勾选更正"),
    ],
)
async def test_what_can_not_be_settled_is_told_and_left_as_it_is(
    site, operator, editor, sent, words
):
    await corrected(operator)
    await editor.look(HERE)
    answer = await editor.post(HERE, {"revision": "0", **sent})
    status, _, told = words.partition(" ")
    assert (answer.status_code, told in readable(answer.text)) == (int(status), True)
    assert len(await site.stores.corrections.open(9)) == 1


async def test_of_two_editors_the_second_is_told(site, operator, editor):
    other = await site.signed_in("bert", Role.EDITOR)
    await corrected(operator)
    for browser in (editor, other):
        await browser.look(HERE)
    sent = {"revision": "0", "chosen": "1", "deed": "take"}
    found = await asyncio.gather(editor.post(HERE, sent), other.post(HERE, sent))
    assert sorted(each.status_code for each in found) == [303, 409]
    late = next(each for each in found if each.status_code == 409)
    assert "第1号更正已经有人处理过了" in readable(late.text)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.APPROVER, Role.SUPERVISOR])
async def test_only_editors_and_administrators_see_and_settle_them(site, operator, role):
    await corrected(operator)
    browser = await site.signed_in("eve", role)
    assert f'href="{HERE}"' not in await browser.look("/")
    answer = await browser.get(HERE)
    assert (answer.status_code, REALLY in answer.text) == (403, False)
    sent = await browser.post(HERE, {"revision": "0", "chosen": "1", "deed": "take"})
    assert sent.status_code == 403


async def test_while_the_router_is_learned_the_page_says_so(site, operator, editor):
    await corrected(operator)
    object.__setattr__(site.parts, "router", lambda: None)  # it is frozen
    assert "还在学习" in readable(await editor.look(HERE))


# -- programs --------------------------------------------------------------------------------


async def test_programs_correct_and_settle_as_pages_do(site, editor):
    await site.account("ou", Role.OPERATOR)
    telling = Program(site.browser())
    await telling.sign_in("ou")
    await rings(site, MISHEARD, state=OperatorState.TALKING)
    (caller,) = (await telling.ask("GET", "/desk/callers")).json()
    assert (caller["call"], caller["corrected"]) == (CALL, False)
    assert (caller["said"][0]["text"], caller["said"][0]["intent"]) == ("俺家听谁了", "UNCLEAR")
    assert "13804730001" not in str(caller)
    wanted = {"call": CALL, "at": 0, "words": REALLY, "target": WATER}
    made = (await telling.ask("POST", "/corrections", json=wanted)).json()
    assert (made["id"], made["state"], made["table"]) == (1, "open", 1)
    again = await telling.ask("POST", "/corrections", json=wanted)
    assert (again.status_code, again.json()["error"]) == (409, "corrected-already")
    assert (await telling.ask("GET", "/corrections")).status_code == 403
    settling = Program(site.browser())
    await settling.sign_in("anna")
    (waits,) = (await settling.ask("GET", "/corrections")).json()
    assert waits == {"correction": made, "now": "UNCLEAR", "against": [], "known": False}
    chosen = {"why": "采纳", "corrections": [1]}
    draft = await settling.ask("POST", "/corrections/take", json={"revision": 0, **chosen})
    assert (draft.json()["editor"], draft.json()["revision"]) == ("anna", 2)
    late = await settling.ask("POST", "/corrections/dismiss", json=chosen)
    assert (late.status_code, late.json()["error"]) == (409, "correction-settled")
    nobody = await telling.client.post(f"{BASE}/corrections/dismiss", json=chosen)
    assert nobody.status_code == 403


# -- a browser -------------------------------------------------------------------------------


async def test_from_the_desk_to_the_draft_by_keyboard_alone(site):
    """In Chromium, at both widths; axe finds no fault on any of the pages."""
    if not (STATIC / VENDOR).is_file():
        pytest.skip("no htmx here; `make setup` with a network fetches it")
    await site.account("root", Role.ADMINISTRATOR)
    await rings(site, SAID, MISHEARD, state=OperatorState.TALKING, who="root")
    async with served(site.app) as where, chromium() as browser:
        context = await browser.new_context(base_url=where, locale="zh-CN", bypass_csp=True)
        page = await context.new_page()
        page.set_default_timeout(SLOW)
        await page.goto("/login?next=/desk")
        await page.get_by_label("账号").fill("root")
        await page.get_by_label("口令").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="更正：俺家听谁了").focus()
        await looked_at(page, "desk-to-correct")
        await page.keyboard.press("Enter")
        await page.get_by_label("来电者实际说的").fill(REALLY)
        await page.keyboard.press("Tab")
        await page.keyboard.type("gongshui")
        choice = page.get_by_role("radio", name=re.compile("^供水报修"))
        await expect(choice).to_be_visible()
        await page.keyboard.press("Enter")  # looks, and does not send
        await expect(page.get_by_label("来电者实际说的")).to_have_value(REALLY)
        await choice.focus()
        await page.keyboard.press("Space")
        await looked_at(page, "correct")
        await page.get_by_role("button", name="提交更正").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("更正已记下")).to_be_visible()
        await page.keyboard.press("c")
        await page.get_by_role("checkbox", name=re.compile(REALLY)).focus()
        await page.keyboard.press("Space")
        await looked_at(page, "corrections")
        await page.get_by_role("button", name="采纳勾选的", exact=True).first.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("已放进您的草稿")).to_be_visible()
        await looked_at(page, "corrections-none")
    assert site.clock.now() - (await site.stores.corrections.get([1]))[0].settled == timedelta()
