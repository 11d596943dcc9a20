"""A real Chromium for tests, and pages behind a real server for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect
from starlette.types import ASGIApp

from deploy.browser import find_browser
from deploy.ports import unused
from ivr.app.web import WebServer
from ivr.settings import WebSettings

AXE = Path(__file__).parents[2] / "ivr/web/node_modules/axe-core/axe.min.js"
# Not asked: colours of what the browser itself draws (players), and nothing else.
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}"
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
SLOW = 60_000  # milliseconds; the machine is shared
expect.set_options(timeout=SLOW)  # five seconds otherwise


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """The application on a port of its own; its address."""
    where = WebSettings(port=unused())
    server = WebServer(app, where)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has nothing to wait for
        await asyncio.sleep(0.02)
    yield f"http://{where.host}:{where.port}"
    server.should_exit = True
    await serving


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Skips the test where there is none."""
    found = find_browser()
    if found is None:
        pytest.skip("no Chromium here; `make setup` with a network fetches one")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(found.program),
            env={**os.environ, **found.environment},
            args=["--no-sandbox"],
        )
        yield browser
        await browser.close()
