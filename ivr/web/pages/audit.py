"""The log of everything that was changed: by whom, when, why."""

from __future__ import annotations

import json
from typing import Any, Final

from starlette.responses import Response

from ivr.kernel.audit import PAGE, AuditQuery
from ivr.kernel.people import AccountName
from ivr.people.permissions import Permission
from ivr.web.numbers import number_of
from ivr.web.page import Page
from ivr.web.visit import Visit
from ivr.web.words import DEEDS

MOST_SHOWN: Final = 2_000  # characters of what was before and after
BIGGEST: Final = 2**53  # of a sequence number


async def log(visit: Visit) -> Response:
    who, what = visit.asked("who", 64), visit.asked("what", 40)
    subject, before = visit.asked("subject", 80), visit.asked("before", 16)
    query = AuditQuery(
        who=AccountName(who) if who else None,
        what=what,
        subject=subject,
        before_seq=number_of(before, BIGGEST),
    )
    entries = await visit.parts.tables.log(visit.me, query)
    words = {
        "entries": entries,
        "who": who,
        "what": what,
        "subject": subject,
        "deeds": DEEDS,
        "older": entries[-1].seq if len(entries) == PAGE else None,
        "shown": shown,
    }
    return visit.show("audit.html", words)


def shown(value: Any) -> str:
    """What was before or after, as an officer can read it."""
    if isinstance(value, dict):
        lines = (f"{name}：{_cell(cell)}" for name, cell in value.items())
        return "\n".join(lines)[:MOST_SHOWN]
    return _cell(value)[:MOST_SHOWN]


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "空"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


PAGES: Final = (Page("/audit", log, Permission.READ_AUDIT),)
