"""The public chat over HTTP: what a visitor can do, and what nobody can do to it."""

from __future__ import annotations

import html
import re

import pytest
from structlog.testing import capture_logs

from ivr.calls.chat_rooms import LINES, ChatLimits
from ivr.calls.record import Outcome
from ivr.tickets.model import Channel
from ivr.web.limits import MOST_BODY
from tests.web.chat_site import BREAKS, open_chat

LINE = re.compile(
    r'<p class="chat-line (\w+)"[^>]*><span class="hidden">.*?</span>(.*?)</p>', re.DOTALL
)
OPTION = re.compile(r'<button name="key" value="(.)">(.*?)</button>')
HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}<img src=x onerror=alert(2)>"


@pytest.fixture
async def chat(site, tmp_path):
    async with open_chat(site, tmp_path / "spool") as chat:
        yield chat


async def write(browser, *lines, **more):
    """Each line in turn, without script; the page after the last."""
    await browser.look("/chat")
    for line in lines:
        answer = await browser.post("/chat", {"line": line, **more})
        assert (answer.status_code, answer.headers["location"]) == (303, "/chat#last"), answer.text
    return await browser.look("/chat")


def said(page, who="hotline"):
    return [html.unescape(text) for by, text in LINE.findall(page) if by == who]


async def test_citizens_find_the_chat_without_an_account(chat):
    page = (await chat.browser().get("/")).text
    assert 'href="/chat"' in page
    assert 'href="/login"' in page


async def test_words_lead_to_a_ticket_with_the_message_as_it_was_written(chat):
    browser = chat.browser()
    await write(browser, "路灯不亮", "对", "留言", "新华街的路灯三天不亮了", "提交", "13812345678")
    record, callback = chat.ledger.closed[0]
    ticket = await chat.site.stores.tickets.find(record.ticket)
    assert (ticket.words, ticket.caller) == ("新华街的路灯三天不亮了", "13812345678")
    assert (ticket.line, ticket.channel, ticket.recording) == ("H069", Channel.CHAT, "")
    assert (record.outcome, record.dialled, callback) == (Outcome.TICKET, "chat", None)
    number = f"{ticket.number[:4]} {ticket.number[4:]}"
    page = await browser.look("/chat")
    assert [text for text in said(page) if number in text]
    assert said(page)[-1] == "这次对话结束了。"


async def test_connecting_shows_number_and_hours_and_goes_on(chat):
    page = await write(chat.browser(), "家里停水了", "是的", "看联系方式")
    line = chat.site.in_force().table.directory.line("H090")
    assert f"电话：{line.number}" in said(page)
    assert [text for text in said(page) if text.startswith("服务时间：")]
    assert ("2", "留言") in OPTION.findall(page)


async def test_danger_is_told_prominently_and_registered(chat):
    """Whoever can not ring 120 is told the number for short messages, before anything else."""
    browser = chat.browser()
    page = await write(browser, "老人倒地上没反应了")
    assert "12110" in said(page, "alarm")[0]
    assert "120" in said(page, "alarm")[1]
    opened = await chat.site.stores.tickets.recent(5)
    assert [(each.words, each.channel) for each in opened] == [("老人倒地上没反应了", Channel.CHAT)]


async def test_a_human_is_a_promise_by_ticket(chat):
    page = await write(chat.browser(), "人工", "请帮我写一份申请", "提交", "不留号码")
    record, callback = chat.ledger.closed[0]
    assert (record.outcome, callback) == (Outcome.TICKET, None)
    assert (await chat.site.stores.tickets.find(record.ticket)).words == "请帮我写一份申请"
    assert "工单号码" in page


async def test_leaving_before_submitting_keeps_what_was_written(chat):
    browser = chat.browser()
    await write(browser, "人工", "楼道里堆满了杂物")
    await browser.post("/chat/leave")
    await chat.rooms.stop()
    opened = await chat.site.stores.tickets.recent(5)
    assert [each.words for each in opened] == ["楼道里堆满了杂物"]
    assert "清除并开始新的对话" in await browser.look("/chat")


async def test_the_next_visitor_of_a_telephone_reads_nothing(chat):
    browser = chat.browser()
    await write(browser, "家里停水了")
    before = browser.client.cookies["hotline_chat"]
    await browser.post("/chat/new")
    assert "家里停水了" not in await browser.look("/chat")
    assert browser.client.cookies["hotline_chat"] != before


async def test_a_script_gets_what_is_new_and_the_next_form(chat):
    browser = chat.browser()
    await write(browser, "路灯不亮")
    seen = len(LINE.findall(await browser.look("/chat")))
    form = {"csrf": browser.csrf, "key": "2", "seen": str(seen)}
    answer = await browser.client.post("/chat", data=form, headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert said(answer.text, "visitor") == ["不对"]
    assert 'hx-swap-oob="true"' in answer.text
    assert "<html" not in answer.text


async def test_hostile_words_are_shown_and_never_run(chat):
    browser = chat.browser()
    page = await write(browser, "人工", HOSTILE, "看一遍")
    assert said(page, "visitor")[-2] == HOSTILE
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("path", ["/chat", "/chat/leave", "/chat/new"])
async def test_a_form_from_elsewhere_is_refused(chat, path):
    browser = chat.browser()
    await browser.look("/chat")
    for data, headers in (
        ({"csrf": "0" * 64}, {}),
        ({}, {}),
        ({"csrf": browser.csrf}, {"origin": "https://evil.test"}),
    ):
        answer = await browser.client.post(path, data={**data, "line": "1"}, headers=headers)
        assert answer.status_code == 403
    assert not chat.ledger.closed


async def test_without_the_cookie_nothing_begins(chat):
    answer = await chat.browser().client.post("/chat", data={"line": "1", "csrf": "0" * 64})
    assert answer.status_code == 403


async def test_a_megabyte_is_refused_and_of_a_long_line_nothing_is_lost(chat):
    """It is given back with the reason: a message is never cut behind its writer's back."""
    browser = chat.browser()
    await browser.look("/chat")
    answer = await browser.post("/chat", {"line": "长" * (MOST_BODY // 3 + 1)})
    assert answer.status_code == 413
    before = said(await write(browser, "人工"), "visitor")
    answer = await browser.post("/chat", {"line": "长" * 1001})
    assert answer.status_code == 422
    assert "您写的有1001字，一次最多1000字" in answer.text
    assert f">{'长' * 1001}</textarea>" in answer.text
    page = await browser.look("/chat")
    assert said(page, "visitor") == before
    assert "maxlength" not in page  # browsers cut what is pasted and say nothing
    assert said(await write(browser, "长" * 1000), "visitor")[-1] == "长" * 1000


def form_of(page, **sent):
    """A form as that page has it."""
    return {"seen": re.search(r'name="seen" value="(\d+)"', page)[1], **sent}


async def test_a_page_that_is_behind_answers_no_question_it_does_not_show(chat):
    """A second tab, or the way back: its options were those of an earlier question."""
    browser = chat.browser()
    behind = await write(browser, "路灯不亮")
    await write(browser, "对", "留言")
    before = said(await browser.look("/chat"), "visitor")
    for sent in ({"key": "2"}, {"line": "不是路灯"}):
        answer = await browser.post("/chat", form_of(behind, **sent))
        assert answer.status_code == 409
        assert "对话有了新内容，请看过再答" in answer.text
        assert said(answer.text, "visitor") == before
    assert ">不是路灯</textarea>" in answer.text
    form = form_of(behind, line="不是路灯")
    part = (
        await browser.client.post(
            "/chat", data={"csrf": browser.csrf, **form}, headers={"hx-request": "true"}
        )
    ).text
    assert said(part, "visitor") == before[1:]
    assert ">不是路灯</textarea>" in part


@pytest.mark.parametrize("sent", [{"line": "路灯不亮"}, {"key": "1"}], ids=["line", "key"])
async def test_what_is_sent_twice_by_one_page_is_taken_once(chat, sent):
    """A button that is pressed twice in a hurry; without script nothing else holds it back."""
    browser = chat.browser()
    page = await write(browser, "9") if "key" in sent else await browser.look("/chat")
    answers = [await browser.post("/chat", form_of(page, **sent)) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert len(said(await browser.look("/chat"), "visitor")) == 1 + ("key" in sent)


async def test_what_is_written_after_the_end_is_kept_for_the_next_conversation(chat):
    browser = chat.browser()
    page = await write(browser, "路灯不亮")
    await browser.post("/chat/leave")
    answer = await browser.post("/chat", form_of(page, line="还有一件事"))
    assert answer.status_code == 409
    assert "这次对话已经结束，刚才写的没有发出" in answer.text
    answer = await browser.post("/chat/new", {"line": "还有一件事"})
    assert answer.status_code == 200
    assert ">还有一件事</textarea>" in answer.text
    assert said(answer.text, "visitor") == []


@pytest.mark.parametrize("script", [True, False])
async def test_a_page_whose_conversation_is_forgotten_says_so(chat, script):
    """The service began anew since, or a quarter of an hour went by after the end."""
    browser = chat.browser()
    page = await write(browser, "路灯不亮")
    chat.rooms.forget(browser.client.cookies["hotline_chat"])
    headers = {"hx-request": "true"} if script else {}
    form = {"csrf": browser.csrf, **form_of(page, line="对")}
    answer = await browser.client.post("/chat", data=form, headers=headers)
    assert "这次对话已经结束，刚才写的没有发出" in answer.text
    assert ">对</textarea>" in answer.text
    assert 'name="seen" value="0"' in answer.text


@pytest.mark.parametrize("field", ["seen", "key", "line"])
async def test_a_field_that_is_a_file_or_nonsense_breaks_nothing(chat, field):
    browser = chat.browser()
    await browser.look("/chat")
    for value in ("-1", "²", "9" * 400, "\x00\ud7ff"):
        form = {"csrf": browser.csrf, field: value}
        answer = await browser.client.post("/chat", data=form, headers={"hx-request": "true"})
        assert answer.status_code == 200
    answer = await browser.client.post(
        "/chat", data={"csrf": browser.csrf}, files={field: ("x.txt", b"hello")}
    )
    assert answer.status_code == 303


async def test_conversations_of_one_address_and_in_all_are_bounded(site, tmp_path):
    limits = ChatLimits(at_once=4, of_address=2)
    async with open_chat(site, tmp_path / "spool", limits) as chat:
        statuses = []
        for address in ("10.1.1.1", "10.1.1.1", "10.1.1.1", "10.2.2.2", "10.3.3.3", "10.4.4.4"):
            browser = chat.browser(address)
            await browser.look("/chat")
            statuses.append((await browser.post("/chat", {"line": "1"})).status_code)
        assert statuses == [303, 303, 503, 303, 303, 503]


async def test_one_network_of_ipv6_is_one_address(site, tmp_path):
    async with open_chat(site, tmp_path / "spool", ChatLimits(of_address=1)) as chat:
        statuses = []
        for address in ("2001:db8:1::1", "2001:db8:1::2", "2001:db8:2::1"):
            browser = chat.browser(address)
            await browser.look("/chat")
            statuses.append((await browser.post("/chat", {"line": "1"})).status_code)
        assert statuses == [303, 503, 303]


async def test_nobody_begins_conversations_without_end(site, tmp_path):
    async with open_chat(site, tmp_path / "spool", ChatLimits(begun=3)) as chat:
        browser = chat.browser()
        statuses = []
        for _ in range(5):
            await browser.look("/chat")
            statuses.append((await browser.post("/chat", {"line": "再见"})).status_code)
        assert statuses == [303, 303, 303, 503, 503]


async def test_who_writes_too_fast_is_told_so_and_keeps_the_line(site, tmp_path):
    async with open_chat(site, tmp_path / "spool", ChatLimits(lines_a_minute=2)) as chat:
        browser = chat.browser()
        await write(browser, "9", "9")
        answer = await browser.post("/chat", {"line": "家里停水了"})
        assert (answer.status_code, "家里停水了" in answer.text) == (429, True)
        chat.site.clock.advance(61)
        assert "家里停水了" in said(await write(browser, "家里停水了"), "visitor")


async def test_a_conversation_does_not_go_on_for_ever(site, tmp_path):
    limits = ChatLimits(lines_a_minute=10_000)
    async with open_chat(site, tmp_path / "spool", limits) as chat:
        page = await write(chat.browser(), *["9", "5", "*"] * (LINES // 3), "9")
        assert "这次对话太长了，请重新开始。" in said(page)


async def test_a_fault_of_the_flow_is_told_to_the_visitor_alone(chat):
    with capture_logs() as logs:
        page = await write(chat.browser(), BREAKS)
    assert [each["event"] for each in logs if each["log_level"] == "error"] == ["chat failed"]
    assert said(page)[-1] == "系统出错了，这次对话不能继续。请重新开始。"
    assert "KeyError" not in page
    assert chat.ledger.closed[0][0].outcome is Outcome.FAULT


async def test_a_site_without_a_chat_has_no_such_page(site):
    browser = site.browser()
    assert (await browser.get("/chat")).status_code == 404
    assert "/chat" not in (await browser.get("/")).text
