"""The chat in a real Chromium, at the width of a telephone, with script and without."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from ivr.web.render import STATIC, VENDOR
from tests.web.browser import AXE, RULES, SLOW, WIDER, chromium, served
from tests.web.chat_site import open_chat


@pytest.fixture
async def address(site, tmp_path):
    """The chat behind a real server."""
    async with open_chat(site, tmp_path / "spool") as chat, served(chat.app) as where:
        yield where


@pytest.fixture
async def phone(address, request):
    """A page as wide as a telephone; `param` says whether scripts run."""
    async with chromium() as browser:
        context = await browser.new_context(
            base_url=address,
            viewport={"width": 390, "height": 844},
            locale="zh-CN",
            java_script_enabled=request.param,
            bypass_csp=True,  # for the checker of accessibility alone
        )
        page = await context.new_page()
        page.set_default_timeout(SLOW)
        yield page


async def write(page, text, answer):
    await page.locator("#line").fill(text)
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator("#log")).to_contain_text(answer, timeout=SLOW)


async def touch(page, label, answer):
    await page.get_by_role("button", name=label, exact=True).click()
    await expect(page.locator("#log")).to_contain_text(answer, timeout=SLOW)


@pytest.mark.parametrize("phone", [True, False], indirect=True, ids=["script", "plain"])
async def test_a_visitor_writes_what_they_want_and_gets_a_number(phone, request):
    """From the first page for citizens to a ticket, by touch and by writing."""
    if "script" in request.node.name and not (STATIC / VENDOR).is_file():
        pytest.skip("no htmx here; `make setup` with a network fetches it")
    await phone.goto("/")
    await phone.get_by_role("link", name="写字办事").click()
    await write(phone, "路灯不亮", "对吗？")
    await touch(phone, "对", "也可以留言")
    await touch(phone, "留言", "请写下您要反映的事情")
    await write(phone, "<b>新华街</b>的路灯三天不亮了", "请核对您写的内容")
    await touch(phone, "提交", "请写下联系您的手机号码")
    await touch(phone, "不留号码", "工单号码是：")
    await expect(phone.get_by_role("button", name="清除并开始新的对话")).to_be_visible()
    await expect(phone.locator("#log b")).to_have_count(0)


@pytest.mark.parametrize("phone", [True], indirect=True)
async def test_the_page_fits_a_telephone_and_can_be_read_by_everybody(phone):
    """Also while danger is on the screen: that is when it counts."""
    if not AXE.is_file():
        pytest.skip("no axe here; `make setup` with a network fetches it")
    await phone.goto("/chat")
    await write(phone, "老人倒地上没反应了", "12110")
    assert not await phone.evaluate(WIDER)
    log = phone.get_by_role("log")
    assert await log.get_attribute("aria-live") == "polite"
    await phone.add_script_tag(path=str(AXE))
    found = await phone.evaluate(
        f"axe.run({RULES}).then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html))"
    )
    assert found == []
