"""Publishing what callers have yet to hear: how far it is, and what to do when it can not be."""

from __future__ import annotations

import re

import pytest
from attrs import define

from ivr.kernel.people import Role
from ivr.tables.values import Progress
from tests.web.test_table_pages import edit, readable

MUTE = "“火警”（没有语音）"


@define
class MuteVoices:
    """Clips that can not be rendered."""

    async def ready(self, _table):
        return False

    async def speak(self, _table, _in_force):
        return (MUTE,)

    async def progress(self):
        return Progress(1, 3, (MUTE,))


@pytest.fixture
async def editor(site, monkeypatch):
    monkeypatch.setattr(site.parts.tables.office.publishing, "_voices", MuteVoices())
    browser = await site.signed_in("anna", Role.ADMINISTRATOR)
    form = {"key": "119", "cell-number": "119", "cell-name": "火警", "cell-when": "着火"}
    await edit(browser, "/sheets/emergency/row", form)
    return browser


async def submit(browser, **form):
    page = await browser.look("/draft/submit")
    number = re.search(r'name="revision" value="(\d+)"', page)[1]
    answer = await browser.post("/draft/submit", {"revision": number, "why": "更正", **form})
    assert answer.headers["location"] == "/proposals/1?done=scheduled", readable(answer.text)
    await browser.look("/proposals/1")


async def test_the_page_says_how_far_rendering_is(editor):
    await submit(editor)
    page = await editor.look("/proposals/1")
    assert "提示音已录1句，共3句" in readable(page)
    assert '<progress id="rendered" max="3" value="1">' in page
    part = await editor.look("/proposals/1/progress")
    assert MUTE in readable(part)
    assert "<html" not in part


async def test_what_can_not_be_spoken_is_not_published_and_says_why(editor, site):
    await submit(editor)
    assert await site.parts.tables.office.publishing.publish_due() == ()
    answer = await editor.get("/proposals/1/progress")
    assert answer.headers["hx-redirect"] == "/proposals/1?done=failed"
    page = readable(await editor.look("/proposals/1?done=failed"))
    assert "发布失败" in page
    assert MUTE in page
    assert "再提交一次" in page


async def test_it_is_published_without_voice_when_somebody_says_so(editor, site):
    assert 'name="voiceless" value="yes" aria' in await editor.look("/draft/submit")
    await submit(editor, voiceless="yes")
    assert "有的话录不出来，也照样发布" in readable(await editor.look("/proposals/1"))
    assert len(await site.parts.tables.office.publishing.publish_due()) == 1
    answer = await editor.get("/proposals/1/progress")
    assert answer.headers["hx-redirect"] == "/proposals/1?done=published"


async def test_what_waits_for_its_time_is_not_told_to_be_made_ready(editor):
    await submit(editor, at="2026-11-24T08:30")
    assert "正在准备发布" not in readable(await editor.look("/proposals/1"))
