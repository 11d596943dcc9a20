"""What a caller said belongs elsewhere: the operator who has them says where.

A page of its own: the desk changes while the telephone does, and would take a half-written form
away. Searching a line sends the form as well, so that it works without a script.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from attrs import frozen
from starlette.responses import Response

from ivr.calls.live import Understood
from ivr.editing.correcting import Told, decided
from ivr.editing.search import search
from ivr.editing.view import View
from ivr.kernel.errors import HotlineError
from ivr.kernel.ids import CallId
from ivr.people.permissions import Permission
from ivr.web.answers import status_of, words_of
from ivr.web.editing import look
from ivr.web.numbers import number_of
from ivr.web.page import Page
from ivr.web.shown import NotYourCaller, ShownCaller
from ivr.web.verdicts import where_to
from ivr.web.visit import Visit
from routing.outcomes import EMERGENCY

TAKE: Final = Permission.TAKE_CALLS
HERE: Final = "/desk/correction"
MOST_LINES: Final = 8  # found lines that are offered; a few more signs leave fewer
CUT: Final = 400  # signs of what was sent; too long is said, not cut to fit
INTENDED: Final = {
    "PROGRESS": "查询工单进度",
    "HUMAN": "只是要找人工",
    "UNCLEAR": "不是诉求（闲聊、没说完、没有要办的事）",
}


@frozen
class Offered:
    """A line to choose."""

    target: str
    title: str
    unit: str


@frozen
class Form:
    """What stands in the form: what was sent, or what a machine heard."""

    caller: ShownCaller
    at: int
    words: str
    q: str = ""
    target: str = ""

    @property
    def heard(self) -> Understood:
        return self.caller.said[self.at]


async def form(visit: Visit) -> Response:
    caller, at = await said_by(visit, visit.asked("call"), visit.asked("at", 4))
    return await _page(visit, Form(caller, at, caller.said[at].text))


async def correct(visit: Visit) -> Response:
    """Keep it; or look for a line, and leave the form as it is."""
    caller, at = await said_by(visit, visit.sent("call", 200), visit.sent("at", 4))
    words, target = visit.sent("words", CUT), visit.sent("target", 40)
    sent = Form(caller, at, words, visit.sent("q", 40), target)
    if visit.is_partial or visit.sent("deed", 20) == "search":
        return await _page(visit, sent)
    try:
        told = Told(sent.words, sent.target)
        await visit.parts.correcting.tell(visit.me, caller.call, sent.heard, told)
    except HotlineError as why:
        return await _page(visit, sent, words_of(why), status_of(why))
    return visit.go("/desk", "corrected")


async def said_by(visit: Visit, call: str, at: str) -> tuple[ShownCaller, int]:
    """A caller of theirs, and which of their sentences. Raises `NotYourCaller`."""
    desk = visit.parts.desk
    await desk.callers(visit.me)
    caller, place = desk.shown.find(visit.me.name, CallId(call)), number_of(at)
    if place is None or place >= len(caller.said):
        raise NotYourCaller
    return caller, place


async def _page(visit: Visit, sent: Form, error: str = "", status: int = 200) -> Response:
    view = await look(visit)
    offered, more = await _offered(view, sent)
    words: dict[str, Any] = {"sent": sent, "offered": offered, "more": more, "error": error}
    if visit.is_partial:
        return visit.show("correct_lines.html", words)
    heard = sent.heard
    numbers = [(EMERGENCY + row["number"], row) for row in view.rows("emergency")]
    words |= {
        "here": HERE,
        "was": where_to(view, decided(heard.label, heard.lines[0] if heard.lines else None)),
        "numbers": numbers,
        "intended": INTENDED,
        "corrected": await visit.parts.correcting.corrected(visit.me, [sent.caller.call]),
    }
    return visit.show("correct.html", words, status=status)


async def _offered(view: View, sent: Form) -> tuple[list[Offered], int]:
    """What was searched for, else what the machine thought of; the chosen one always."""
    found = await asyncio.to_thread(search, view.sheets, sent.q)
    every = {
        each.line["code"]: Offered(each.line["code"], each.line["title"], each.unit["name"])
        for each in found
    }
    likely = [str(code) for code in sent.heard.lines]
    wanted = list(every) if sent.q else [code for code in likely if code in every]
    offered = [every[code] for code in wanted[:MOST_LINES]]
    if sent.target not in wanted[:MOST_LINES] and (row := view.row("hotlines", (sent.target,))):
        offered.insert(0, Offered(sent.target, row["title"], ""))
    return offered, max(0, len(wanted) - MOST_LINES)


PAGES: Final = (
    Page(HERE, form, TAKE),
    Page(HERE, correct, TAKE, "POST"),
)
