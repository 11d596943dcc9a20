"""An operator's screen: what the caller said, marked as machine-heard, what it led to, and why."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta

import pytest
from playwright.async_api import expect

from ivr.calls.live import LiveCall, Understood
from ivr.desk.presence import OperatorPresence, OperatorState
from ivr.kernel.audit import AuditQuery
from ivr.kernel.clock import CHINA
from ivr.kernel.ids import CallId, OperatorId, PhoneNumber
from ivr.kernel.people import Account, Role
from ivr.web.render import STATIC, VENDOR
from ivr.web.seats import sits_at
from tests.web.browser import AXE, SLOW, WIDER, chromium, served
from tests.web.site import PASSWORD
from tests.web.test_table_pages import readable

CALL, NEXT, SEAT = CallId("n1-1"), CallId("n1-2"), OperatorId("1001")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
SAID = Understood(
    "我家<b>停水</b>两天了", 0.83, "ROUTE", ("H090", "H091", "H999"), ("“停水”是事项“供水”的词语",)
)
DANGER = Understood("楼下着火了", 0.7, "EMERGENCY:119", (), ())


async def rings(site, *said, state=OperatorState.RINGING, call=CALL, who="ou"):
    """A caller for whom seat 1001 rings, where `who` has logged in, and one behind them."""
    now, desk = site.clock.now(), site.parts.desk
    caller = LiveCall(call, PhoneNumber("13804730001"), "operator", now, "H090", None, said)
    behind = LiveCall(NEXT, PhoneNumber(""), "operator", now + timedelta(minutes=1))
    for each in (caller, behind):
        await desk.live.put(each)
    await desk.keeping.presence.set(OperatorPresence(SEAT, state, now, call, who))


async def test_what_the_caller_said_is_there_before_the_first_word(site):
    browser = await site.signed_in("ou", Role.OPERATOR)
    await rings(site, SAID)
    page = await browser.look("/desk?seat=1001")
    assert "&lt;b&gt;停水" in page
    said = readable(page)
    assert "正在接入的来电 1001 振铃" in said
    assert "来电号码 13804730001 要办的事 供水报修 （" in said
    assert "来电者说的 机器听写 由机器听出，可能有错，请向来电者核对。" in said
    assert re.search(
        r"我家<b>停水</b>两天了 机器判断：转到“ ?供水报修 ?（.*?）” 听清的把握83%", said
    )
    assert "因为： “停水”是事项“供水”的词语 也可能是： " in said
    assert "H999" in said  # a line that the table in force has no longer
    assert "等人工的来电 2" in said


@pytest.mark.parametrize(
    ("heard", "words"),
    [
        (DANGER, "有危险，转119"),
        (Understood("找个人", 0.9, "HUMAN"), "要找人工"),
        (Understood("那个", 0.2, "UNCLEAR", ("H090",)), "没有听明白要办什么"),
        (Understood("", 0.0, "UNCLEAR"), "（没有听出话来）"),
    ],
)
async def test_whatever_it_was_taken_for_is_said_in_words(site, heard, words):
    browser = await site.signed_in("ou", Role.OPERATOR)
    await rings(site, heard, state=OperatorState.TALKING)
    said = readable(await browser.look("/desk?seat=op1001"))
    assert "正在通话的来电" in said
    assert words in said
    assert "等人工的来电 1 未显示号码" in said


async def test_a_seat_without_a_caller_says_which_it_is(site):
    browser = await site.signed_in("op1001", Role.OPERATOR)
    assert "座席1001还没有签入队列" in readable(await browser.look("/desk"))
    presence, now = site.parts.desk.keeping.presence, site.clock.now()
    await presence.set(OperatorPresence(SEAT, OperatorState.LOGGED_IN, now))
    assert "现在没有来电" in readable(await browser.look("/desk"))
    await presence.set(OperatorPresence(SEAT, OperatorState.TALKING, now, CallId("gone")))
    assert "还没有收到，请直接询问来电者" in readable(await browser.look("/desk"))
    await presence.set(OperatorPresence(SEAT, OperatorState.AWAY, now))
    assert "没有话务员签入" in readable(await browser.look("/desk"))


@pytest.mark.parametrize("asked", ["12", "x" * 40, "../1001", "<script>", "%00", "%E2%80%AE1001"])
async def test_rubbish_is_no_seat(site, asked):
    browser = await site.signed_in("ou", Role.OPERATOR)
    page = await browser.look(f"/desk?seat={asked}")
    assert ("不是座席号" in page) == (asked != "%00")
    assert "<script>" not in page.replace("<script src", "")
    assert (await browser.get(f"/desk/now?seat={asked}")).status_code == 200


async def test_the_part_that_changes_is_sent_when_it_has_changed(site):
    """Nothing is read out twice, and nobody loses their place on the page."""
    browser = await site.signed_in("ou", Role.OPERATOR)
    await rings(site, SAID)
    part = await browser.look("/desk/now?seat=1001")
    again = re.search(r'hx-get="(/desk/now[^"]+)"', part)[1].replace("&amp;", "&")
    assert (await browser.get(again)).status_code == 204
    await site.parts.desk.live.remove(CALL)
    assert "还没有收到" in (await browser.get(again)).text


@pytest.mark.parametrize("role", [Role.EDITOR, Role.APPROVER, Role.SUPERVISOR])
async def test_only_who_takes_calls_sees_who_calls(site, role):
    await rings(site, SAID, who="anna")
    browser = await site.signed_in("anna", role)
    assert 'href="/desk"' not in await browser.look("/")
    for path in ("/desk?seat=1001", "/desk/now?seat=1001"):
        answer = await browser.get(path)
        assert answer.status_code == 403
        assert "停水" not in answer.text


@pytest.mark.parametrize(
    ("name", "who", "sits"),
    [
        ("ou", "ou", True),
        ("ou", "li", False),
        ("ou", None, False),  # logged in by its number alone
        ("op1001", None, True),
        ("op1001", "li", False),  # another sits at the seat of that name
        ("op1002", None, False),
        ("op10011", None, False),
    ],
)
def test_a_seat_is_whose_who_logged_in_there(name, who, sits):
    me = Account(name, Role.OPERATOR, NOW)
    assert sits_at(me, OperatorPresence(SEAT, OperatorState.TALKING, NOW, CALL, who)) == sits


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
async def test_a_caller_is_shown_to_who_sits_where_they_ring_and_to_nobody_else(site, role):
    """Whoever types the number of another seat reads neither number nor words of its caller."""
    browser = await site.signed_in("ou", role)
    for who, state in (
        ("ou", OperatorState.RINGING),
        ("li", OperatorState.RINGING),
        ("li", OperatorState.TALKING),
        (None, OperatorState.TALKING),
    ):
        await rings(site, SAID, state=state, who=who)
        for path in ("/desk?seat=1001", "/desk/now?seat=1001"):
            page = await browser.look(path)
            assert ("13804730001" in page) == (who == "ou")
            assert ("停水" in page) == (who == "ou")
            assert ("您没有在座席1001签入，这里的来电只给签入的人看" in page) == (who != "ou")


async def test_the_seat_one_sits_at_is_shown_without_asking(site):
    browser = await site.signed_in("op1002", Role.OPERATOR)
    await rings(site, SAID, who="op1002")
    assert "13804730001" in await browser.look("/desk")


async def test_who_takes_a_seat_has_it_from_then_on_and_the_log_says_from_whom(site):
    """Never with a caller on the telephone there: that one is not theirs."""
    browser = await site.signed_in("ou", Role.OPERATOR)
    keeping = site.parts.desk.keeping
    await rings(site, SAID, who="li")
    taking = {"seat": "1001", "deed": "seat.login"}
    answer = await browser.post("/desk", taking)
    assert (answer.status_code, keeping.switch.manager.asked) == (409, [])
    assert "座席1001正有来电，现在不能换人" in readable(answer.text)
    free = OperatorPresence(SEAT, OperatorState.PAUSED, site.clock.now(), None, "li")
    await keeping.presence.set(free)
    assert "现在由li签入" in readable(await browser.look("/desk?seat=1001"))
    assert (await browser.post("/desk", taking)).status_code == 303
    assert keeping.switch.manager.asked == [
        ("QueueRemove", "PJSIP/op1001", ""),
        ("QueueAdd", "PJSIP/op1001", "1001/ou"),
    ]
    (entry,) = await site.stores.audit.find(AuditQuery(subject="seat/1001"))
    assert (entry.deed.who, entry.deed.before) == ("ou", {"account": "li"})


@pytest.mark.parametrize(
    ("name", "role", "deed", "status"),
    [
        ("ou", Role.OPERATOR, "seat.pause", 403),
        ("ou", Role.OPERATOR, "seat.resume", 403),
        ("ou", Role.OPERATOR, "seat.logout", 403),
        ("root", Role.ADMINISTRATOR, "seat.pause", 403),
        ("root", Role.ADMINISTRATOR, "seat.logout", 303),
    ],
)
async def test_another_seat_is_left_alone_but_for_one_that_somebody_forgot(
    site, name, role, deed, status
):
    browser = await site.signed_in(name, role)
    await rings(site, SAID, who="li")
    answer = await browser.post("/desk", {"seat": "1001", "deed": deed})
    assert answer.status_code == status
    assert len(site.parts.desk.keeping.switch.manager.asked) == (status == 303)


async def test_an_operator_logs_a_seat_in_and_takes_a_break_from_the_page(site):
    """The switch is asked, the log names who did it; nothing is done by a forged form."""
    browser = await site.signed_in("op1001", Role.OPERATOR)
    switch = site.parts.desk.keeping.switch.manager
    assert 'value="seat.login"' in await browser.look("/desk")
    for deed in ("seat.login", "seat.pause", "seat.resume", "seat.logout"):
        answer = await browser.post("/desk", {"seat": "1001", "deed": deed})
        assert answer.headers["location"] == "/desk?seat=1001&done=seat"
    assert switch.asked == [
        ("QueueAdd", "PJSIP/op1001", "1001/op1001"),
        ("QueuePause", "PJSIP/op1001", "true"),
        ("QueuePause", "PJSIP/op1001", "false"),
        ("QueueRemove", "PJSIP/op1001", ""),
    ]
    entries = await site.stores.audit.find(AuditQuery(subject="seat/1001"))
    assert [each.deed.what for each in entries] == [
        *("seat.logout", "seat.resume", "seat.pause", "seat.login")
    ]
    for seat, deed in (
        ("1", "seat.login"),
        ("1001", "originate"),
        ("1001\r\nAction: x", "seat.login"),
    ):
        await browser.post("/desk", {"seat": seat, "deed": deed})
    await browser.post("/desk", {"csrf": "0" * 64, "seat": "1001", "deed": "seat.login"})
    assert len(switch.asked) == 4


async def test_without_word_from_the_switch_nothing_is_said_that_may_not_be_so(site):
    browser = await site.signed_in("op1001", Role.OPERATOR)
    site.parts.desk.keeping.switch.manager.away = True
    said = readable(await browser.look("/desk"))
    assert "暂时收不到交换机的消息" in said
    assert "现在不知道有谁签入" in said
    assert "还没有签入" not in said
    assert "没有话务员" not in said
    site.parts.desk.keeping.switch.manager.away = False
    assert "暂时收不到" not in readable(await browser.look("/desk"))


async def test_a_switch_that_is_away_is_said_to_be_in_words_of_the_operator(site):
    browser = await site.signed_in("op1001", Role.OPERATOR)
    site.parts.desk.keeping.switch.manager.away = True
    answer = await browser.post("/desk", {"seat": "1001", "deed": "seat.login"})
    assert answer.status_code == 503
    entries = await site.stores.audit.find(AuditQuery(subject="seat/1001"))
    assert [each.deed.what for each in entries] == ["seat.refused", "seat.login"]
    assert "交换机没有接受对座席1001的操作" in readable(answer.text)
    assert "Asterisk" not in answer.text


async def test_the_screen_follows_the_telephone_by_itself(site):
    """In Chromium: a caller appears without a touch, at both widths, and axe finds no fault."""
    if not (STATIC / VENDOR).is_file():
        pytest.skip("no htmx here; `make setup` with a network fetches it")
    await site.account("op1001", Role.OPERATOR)
    async with served(site.app) as where, chromium() as browser:
        context = await browser.new_context(base_url=where, locale="zh-CN", bypass_csp=True)
        page = await context.new_page()
        page.set_default_timeout(SLOW)
        await page.goto("/login?next=/desk")
        await page.get_by_label("账号").fill("op1001")
        await page.get_by_label("口令").fill(PASSWORD)
        await page.get_by_role("button", name="登录").click()
        await expect(page.get_by_text("座席1001还没有签入队列")).to_be_visible(timeout=SLOW)
        await rings(site, SAID, DANGER, who="op1001")
        await expect(page.get_by_text("机器听写")).to_be_visible(timeout=SLOW)
        await expect(page.get_by_text("有危险，转119")).to_be_visible()
        await looked_at(page, "desk-caller")
        for who, state, words in (
            ("li", OperatorState.TALKING, "现在不能换人"),
            ("li", OperatorState.LOGGED_IN, "现在由li签入"),
        ):
            other = OperatorPresence(OperatorId("1002"), state, NOW, CALL, who)
            await site.parts.desk.keeping.presence.set(other)
            await page.goto("/desk?seat=1002")
            await expect(page.get_by_text(words)).to_be_visible()
            await expect(page.get_by_text("13804730001")).to_have_count(0)
            await looked_at(page, f"desk-other-{state.value}")


async def looked_at(page, name):
    """At both widths: nothing is wider than the screen, and axe finds no fault."""
    for width in (1280, 390):
        await page.set_viewport_size({"width": width, "height": 900})
        assert not await page.evaluate(WIDER), width
        if AXE.is_file():
            await page.evaluate(AXE.read_text("utf-8"))
            faults = await page.evaluate("axe.run(document).then(found => found.violations)")
            assert faults == []
        if folder := os.environ.get("HOTLINE_SHOTS"):
            await page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
