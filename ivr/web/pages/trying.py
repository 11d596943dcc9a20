"""Trying a sentence: what the table in force makes of it, and what the draft would."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Final

from starlette.responses import Response

from ivr.editing.view import View
from ivr.kernel.errors import HotlineError
from ivr.kernel.units import seconds
from ivr.tables.trying import Tried
from ivr.tables.values import RowEdit
from ivr.web.answers import form_words
from ivr.web.deciding import LONGEST, shown
from ivr.web.editing import look
from ivr.web.page import Page
from ivr.web.visit import Visit
from routing.errors import RoutingError

PATIENCE: Final = seconds(10)  # the worker may be learning, and makes way for calls
SENTENCES: Final = (
    "我家停水两天了",
    "楼上半夜装修吵得睡不着",
    "养老金这个月没到账",
    "楼下着火了冒黑烟",
    "上回反映的事办得咋样了",
)


async def attempt(visit: Visit) -> Response:
    """The part of it that a script asks for is `try_answers.html`."""
    view = await look(visit)
    text, area = visit.asked("text", LONGEST), visit.asked("area", 40)
    words = {
        "view": view,
        "text": text,
        "area": area,
        "areas": [row["name"] for row in view.rows("areas")],
        "sentences": SENTENCES,
        "answers": await answers(visit, view, text, area) if text else [],
    }
    return visit.show("try_answers.html" if visit.is_partial else "try.html", words)


async def answers(visit: Visit, view: View, text: str, area: str) -> list[dict[str, Any]]:
    """In force first, then the draft; each with its decision, or why there is none."""
    found = [_in_force(visit, view, text, area)]
    if view.draft is not None:
        trying = visit.parts.tables.try_on(view.draft, text, area)
        found.append(await _tried("我的草稿", view, text, trying))
    return found


async def effect(visit: Visit, view: View, edit: RowEdit, text: str) -> list[dict[str, Any]]:
    """In force, and with a row as it stands in a form that was not saved yet."""
    trying = visit.parts.tables.try_edit(visit.me, edit, text)
    unsaved = await _tried("改成这样以后（还没有保存）", view, text, trying)
    return [_in_force(visit, view, text, ""), unsaved]


async def _tried(title: str, view: View, text: str, trying: Awaitable[Tried]) -> dict[str, Any]:
    try:
        tried = await asyncio.wait_for(trying, PATIENCE)
    except TimeoutError:
        busy = "机器正忙，来电优先。请过一会儿再试。"
        return {"title": title, "shown": None, "error": busy, "note": ""}
    except (HotlineError, RoutingError) as why:
        return {"title": title, "shown": None, "error": form_words(why), "note": ""}
    note = "" if tried.learned else "例句的改动要试演一次才会学到。"
    return {"title": title, "shown": shown(view, text, tried.decision), "error": "", "note": note}


def _in_force(visit: Visit, view: View, text: str, area: str) -> dict[str, Any]:
    title = f"在用：第{view.publication.version}版"
    router = visit.parts.router()
    if router is None:
        error = "在用的派单目录还在学习，约一分钟后再试。"
        return {"title": title, "shown": None, "error": error, "note": ""}
    decision = router.decide(text, area or None)
    return {"title": title, "shown": shown(view, text, decision), "error": "", "note": ""}


PAGES: Final = (Page("/try", attempt),)
