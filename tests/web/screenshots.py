"""`python -m tests.web.screenshots FOLDER`: every page, wide and narrow, to be looked at.

Starts a site of its own on a free port; light and, with ``--dark``, dark. With ``--much`` it is
full of long and hostile words (`tests.web.much`), and ``--role`` says as whom to look.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from attrs import frozen
from playwright.async_api import Page, async_playwright

from deploy.browser import Browser, find_browser
from deploy.ports import unused
from ivr.app.initialise import initialise
from ivr.settings import Settings
from ivr.tickets.number import check_digit
from tests.web import much
from tests.web.much import fill

WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}
PAGES: Sequence[tuple[str, str]] = (
    ("login", "/login"),
    ("home", "/"),
    ("directory", "/directory"),
    ("search", "/directory?q=gs"),
    ("search-nothing", "/directory?q=zzzz"),
    ("unit", "/units/C024"),
    ("unit-edit", "/units/C024/edit"),
    ("line", "/lines/H090"),
    ("line-edit", "/lines/H090/edit"),
    ("menu", "/menu"),
    ("choice-edit", "/menu/repair/1"),
    ("words", "/words"),
    ("matter", "/words/water-supply"),
    ("try-empty", "/try"),
    ("try", "/try?text=我家停水两天了，新华街这边"),
    ("try-danger", "/try?text=楼下着火了冒黑烟"),
    ("sheets", "/sheets"),
    ("sheet", "/sheets/dangers"),
    ("row-edit", "/sheets/emergency/row?key=119"),
    ("draft", "/draft"),
    ("rehearsal", "/draft/rehearsal"),
    ("submit", "/draft/submit"),
    ("proposals", "/proposals"),
    ("versions", "/versions"),
    ("version", "/versions/1"),
    ("version-new", "/versions/2"),
    ("proposal", "/proposals/1"),
    ("proposal-open", "/proposals/6"),
    ("operators-desk", "/desk?seat=1001"),
    ("corrections", "/corrections"),
    ("tickets", "/tickets"),
    ("ticket", f"/tickets/0000001{check_digit('0000001')}"),
    ("ticket-written", f"/tickets/0000002{check_digit('0000002')}"),
    ("contacts", "/sheets/contacts"),
    ("examples", "/sheets/examples"),
    ("chat", "/chat"),
    ("exchange", "/exchange"),
    ("accounts", "/accounts"),
    ("account", "/accounts/anna"),
    ("account-new", "/accounts/new"),
    ("audit", "/audit"),
    ("me", "/me"),
    ("code", "/me/code"),
    ("not-found", "/nowhere"),
)


@frozen
class Asked:
    """What to look at, and as whom."""

    folder: Path
    only: str
    dark: bool
    much: bool
    role: str
    at: str
    password: str


async def main(asked: Asked) -> int:
    found = find_browser()
    if found is None:
        sys.stdout.write("no browser here: run `make setup`\n")
        return 1
    async with AsyncExitStack() as stack:
        at, name, password = asked.at, "admin", asked.password
        if not at:
            at, password = await _site(stack, full=asked.much)
        if asked.role:
            name, password = asked.role, much.PASSWORD
        browser = await _browser(stack, found)
        for size, (width, height) in WIDTHS.items():
            context = await browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if asked.dark else "light",
                locale="zh-CN",
            )
            page = await context.new_page()
            await _sign_in(page, at, name, password)
            if not asked.role:
                await _something_to_see(page, at)
            suffix = "-".join(filter(None, (size, asked.role, "dark" if asked.dark else "")))
            await _all(page, at, asked, suffix)
    return 0


async def _browser(stack: AsyncExitStack, found: Browser) -> Any:
    playwright = await stack.enter_async_context(async_playwright())
    return await playwright.chromium.launch(
        executable_path=str(found.program),
        env={**os.environ, **found.environment},
        args=["--no-sandbox"],
    )


async def _site(stack: AsyncExitStack, *, full: bool) -> tuple[str, str]:
    """A site with nothing but pages: where it is, and the administrator's password."""
    home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-shots-")))
    settings = Settings.of(home)
    made = await asyncio.to_thread(initialise, settings)
    if full:
        await fill(settings)
    port = unused()
    places = {"HOTLINE_HOME": str(home), "HOTLINE_WEB__PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("hotline")),
        *("serve", "--role", "web"),
        env={**os.environ, **places, "HOTLINE_AMI__PORT": str(unused())},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    stack.push_async_callback(_end, process)
    await _answers(port)
    return f"http://127.0.0.1:{port}", made.admin_password


async def _end(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    await process.wait()


async def _answers(port: int) -> None:
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return
    raise TimeoutError("the pages did not start")


async def _sign_in(page: Page, at: str, name: str, password: str) -> None:
    await page.goto(f"{at}/login")
    await page.fill("[name=name]", name)
    await page.fill("[name=password]", password)
    await page.click("button.main")


async def _all(page: Page, at: str, asked: Asked, suffix: str) -> None:
    for name, path in PAGES:
        if re.search(asked.only, name):
            await _shot(page, asked.folder, name, suffix, f"{at}{path}")


async def _something_to_see(page: Page, at: str) -> None:
    """An account, a draft with changes of several kinds."""
    await page.goto(f"{at}/accounts/anna")
    if await page.locator("h1", has_text="没有找到").count():
        await page.goto(f"{at}/accounts/new")
        await page.fill("[name=name]", "anna")
        await page.fill("[name=person]", "安娜")
        await page.select_option("[name=role]", "editor")
        await page.click("main form.card button.main")
    await page.goto(f"{at}/lines/H090/edit")
    await page.fill("[name=title]", secrets.choice(("供水抢修", "自来水报修", "停水报修")))
    await page.fill("#cn1", "张明")
    await page.fill("#cp1", "13800138000")
    await page.fill("[name=why]", "单位来函更正")
    await page.click("main form.card button.main")


async def _shot(page: Page, folder: Path, name: str, suffix: str, address: str) -> None:
    await page.goto(address)
    wide = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if wide > 0:
        sys.stdout.write(f"{name}-{suffix}: {wide} px too wide\n")
    await page.screenshot(path=folder / f"{name}-{suffix}.png", full_page=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="pages whose names fit this expression")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--at", default="", help="a site that is running already")
    parser.add_argument("--password", default="", help="its administrator's")
    parser.add_argument("--much", action="store_true", help="full of long and hostile words")
    parser.add_argument("--role", default="", help="as whom to look, with --much")
    wanted = Asked(**vars(parser.parse_args()))
    wanted.folder.mkdir(parents=True, exist_ok=True)
    sys.exit(asyncio.run(main(wanted)))
