"""Trying a sentence: what the table in force makes of it, and what the draft would."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from ivr.editing.view import View
from ivr.kernel.errors import HotlineError
from ivr.web.answers import words_of
from ivr.web.deciding import LONGEST, shown
from ivr.web.editing import look
from ivr.web.page import Page
from ivr.web.visit import Visit
from routing.errors import RoutingError

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
    tables = visit.parts.tables
    found = [await _answer(f"在用：第{view.publication.version}版", visit, view, text, area)]
    if view.draft is not None:
        answer: dict[str, Any] = {"title": "我的草稿", "shown": None, "error": "", "note": ""}
        try:
            tried = await tables.try_on(view.draft, text, area)
            answer["shown"] = shown(view, text, tried.decision)
            answer["note"] = "" if tried.learned else "例句的改动要试演一次才会学到。"
        except (HotlineError, RoutingError) as why:
            answer["error"] = words_of(why)
        found.append(answer)
    return found


async def _answer(title: str, visit: Visit, view: View, text: str, area: str) -> dict[str, Any]:
    router = visit.parts.router()
    if router is None:
        error = "在用的派单目录还在学习，约一分钟后再试。"
        return {"title": title, "shown": None, "error": error, "note": ""}
    decision = router.decide(text, area or None)
    return {"title": title, "shown": shown(view, text, decision), "error": "", "note": ""}


PAGES: Final = (Page("/try", attempt),)
