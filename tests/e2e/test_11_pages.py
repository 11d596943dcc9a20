"""Point 11: an administrator changes the table in a browser, and the next call is another one.

A real Chromium, at the width of a desk and of a telephone, on the pages that `make run` serves.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, expect

from tests.web.browser import AXE, RULES, WIDER, chromium

from .citizen import Citizen, introduction
from .hotline import Hotline
from .scenes import Cast

WATER, POWER = "H090", "H089"  # keys 1 and 2 of 水电气热报修
WIDTHS: Final = {"desk": 1280, "phone": 390}
LEARNING: Final = 240_000  # on a site that began a moment ago; else it has been done
SLOW: Final = 60_000  # milliseconds; the machine is shared with the call
PAGES: Final = (
    *("/", "/directory?q=gs", "/lines/H090", "/lines/H090/edit", "/menu", "/words"),
    *("/words/water-supply", "/try", "/draft", "/versions", "/accounts/new", "/audit", "/exchange"),
    *("/tickets", "/desk?seat=1001"),
)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as found:
        yield found


async def signed_in(browser: Browser, hotline: Hotline, width: str = "desk") -> Page:
    """The administrator, at the first page."""
    context = await browser.new_context(
        base_url=hotline.facts["web"]["url"],
        viewport={"width": WIDTHS[width], "height": 900},
        locale="zh-CN",
    )
    page = await context.new_page()
    page.set_default_timeout(SLOW)
    await page.goto("/login")
    await page.get_by_label("账号").fill(hotline.facts["admin"]["user"])
    await page.get_by_label("口令").fill(hotline.facts["admin"]["password"])
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="您好")).to_be_visible(timeout=SLOW)
    return page


async def save(page: Page, why: str) -> None:
    form = page.locator("form.card").filter(has=page.get_by_role("button", name="保存")).first
    await form.get_by_label("修改原因").fill(why)
    await form.get_by_role("button", name="保存").click()
    await expect(page.get_by_text("已保存到草稿")).to_be_visible(timeout=SLOW)


async def keyed(cast: Cast, keys: str, line: str) -> None:
    """A citizen keys their way and hears which line it is."""
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses(keys)
    await caller.hears(introduction(line))
    await hang_up(caller)


async def hang_up(caller: Citizen) -> None:
    await caller.hangs_up()


async def test_a_change_in_the_browser_is_heard_on_the_telephone_and_taken_back(
    cast: Cast, browser: Browser, hotline: Hotline
) -> None:
    """Two keys change places when it is published, and are as they were after the rollback."""
    page = await signed_in(browser, hotline)
    await keyed(cast, "311", WATER)

    for key, line in (("1", POWER), ("2", WATER)):  # both must stay within reach
        await page.goto(f"/menu/repair/{key}")
        await page.get_by_label("按下以后到哪里").select_option(f"line:{line}")
        await save(page, "试改两项菜单")

    await page.goto("/draft/rehearsal")
    await page.get_by_role("button", name="开始试演").click()
    await expect(page.get_by_text("句和按键")).to_be_visible(timeout=LEARNING)

    await page.goto("/draft")
    while await page.get_by_text("正在检查").count():
        await page.reload()
    await expect(page.get_by_text("可以发布")).to_be_visible()
    await expect(page.get_by_text(f"（{POWER}）").first).to_be_visible()
    await page.get_by_role("link", name="提交发布").click()
    await page.get_by_label("为什么发布").fill("试改两项菜单")
    await page.get_by_role("button", name="发布").click()
    await expect(page.get_by_text("已发布，各节点即刻生效")).to_be_visible(timeout=SLOW)
    await hotline.in_force()
    await keyed(cast, "311", POWER)

    before = await page.locator("dd a", has_text="版").first.text_content()
    number = int(re.findall(r"\d+", before or "")[0])
    await page.goto(f"/versions/{number - 1}")
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    form = page.locator("form", has=page.get_by_role("button", name="恢复到"))
    await form.get_by_label("修改原因").fill("试完恢复")
    await form.get_by_role("button", name="恢复到").click()
    await expect(page.get_by_text("已恢复，各节点即刻生效")).to_be_visible(timeout=SLOW)
    await hotline.in_force()
    await keyed(cast, "311", WATER)


async def test_who_rings_at_a_seat_is_on_its_screen_before_anybody_speaks(
    cast: Cast, browser: Browser, hotline: Hotline
) -> None:
    """Put through by the real queue; the page follows by itself, for who logged in there alone."""
    page = await signed_in(browser, hotline)
    await page.goto("/desk?seat=1002")
    seat = await cast.operator("1002")
    await page.get_by_role("button", name="在此签入").click(timeout=SLOW)
    await expect(page.get_by_text("现在没有来电")).to_be_visible(timeout=SLOW)
    caller = await cast.citizen()
    await caller.chooses_water()
    await caller.presses("0")
    rung = await seat.incoming()
    shown = page.locator("section", has=page.locator("#caller"))
    await expect(shown).to_contain_text("正在接入的来电", timeout=SLOW)
    await expect(shown).to_contain_text(caller.number)
    await expect(shown).to_contain_text("市自来水公司")
    await rung.pick_up()
    await expect(shown).to_contain_text("正在通话的来电", timeout=SLOW)
    await caller.hangs_up()
    await expect(shown).to_contain_text("现在没有来电", timeout=SLOW)


@pytest.mark.parametrize("width", WIDTHS)
async def test_pages_fit_their_width_and_everybody_can_use_them(
    browser: Browser, hotline: Hotline, width: str
) -> None:
    """Nothing is wider than the screen; axe finds no fault by WCAG 2.1 AA, light and dark."""
    page = await signed_in(browser, hotline, width)
    faults: list[Any] = []
    for path in PAGES:
        await page.goto(path)
        if await page.evaluate(WIDER):
            faults.append((path, "wider than the screen"))
        if AXE.is_file():
            faults += [(path, *fault) for fault in await _axe(page)]
    assert not faults


async def _axe(page: Page) -> list[tuple[str, str]]:
    """Rules that are broken, and where."""
    await page.evaluate(AXE.read_text("utf-8"))  # our policy allows no script from elsewhere
    found = await page.evaluate(f"axe.run(document, {RULES})")
    return [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]


async def test_a_keyword_is_changed_by_keyboard_alone_and_its_effect_seen_at_once(
    browser: Browser, hotline: Hotline
) -> None:
    page = await signed_in(browser, hotline)
    await page.keyboard.press("w")
    await expect(page.get_by_role("heading", name="事项和词语")).to_be_visible()
    await page.keyboard.press("/")
    await page.keyboard.type("停水")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="停水漏水报修").focus()
    await page.keyboard.press("Enter")
    await page.get_by_text("＋ 加一个关键词").focus()
    await page.keyboard.press("Enter")
    form = page.locator("form").filter(has=page.get_by_label("同义词")).last
    await form.get_by_label("关键词", exact=True).fill("龙头不滴水")
    unsaved = form.locator(".effect section", has_text="还没有保存")
    await expect(unsaved.locator("mark", has_text="龙头不滴水")).to_be_visible(timeout=SLOW)
    await form.get_by_label("修改原因").fill("来电常这样说")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("已保存到草稿")).to_be_visible()
    await expect(page.get_by_text("龙头不滴水").first).to_be_visible()
    await page.get_by_placeholder("改完词语").fill("我家龙头不滴水")
    draft = page.locator("#answers section", has_text="我的草稿")
    await expect(draft.locator("mark", has_text="龙头不滴水")).to_be_visible(timeout=SLOW)
    await expect(draft.get_by_text("供水报修").first).to_be_visible()
    await page.goto("/draft")
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await page.get_by_text("放弃草稿").first.click()
    discard = page.locator("form", has=page.get_by_role("button", name="放弃草稿"))
    await discard.get_by_label("修改原因").fill("试完")
    await discard.get_by_role("button", name="放弃草稿").click()
    await expect(page.get_by_text("草稿已放弃")).to_be_visible(timeout=SLOW)
