"""The first page: what waits for me."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from ivr.editing.view import View
from ivr.people.permissions import Permission
from ivr.tables.values import Proposal
from ivr.web.page import Page
from ivr.web.visit import Visit

SHOWN: Final = 5


async def home(visit: Visit) -> Response:
    tables = visit.parts.tables
    view = await tables.view(visit.me)
    waiting = [each for each in await tables.proposals() if each.is_open]
    count = 0 if view.draft is None else len(await tables.changes(visit.me, view.draft))
    words = {
        "view": view,
        "changes": count,
        "mine": [each for each in waiting if each.editor == visit.me.name],
        "for_me": [each for each in waiting if _is_for(visit, each)],
        "corrections": await _corrections(visit, view),
        "others": await tables.drafts(visit.me),
        "history": (await tables.history())[:SHOWN],
        "lines": len(view.sheets.sheet("hotlines").rows),
        "units": len(view.sheets.sheet("departments").rows),
    }
    return visit.show("home.html", words)


async def _corrections(visit: Visit, view: View) -> int:
    """How many they may take into their draft."""
    if not visit.may(Permission.EDIT_TABLE):
        return 0
    return len(await visit.parts.correcting.waiting(view))


def _is_for(visit: Visit, proposal: Proposal) -> bool:
    return visit.may(Permission.PUBLISH_TABLE) and proposal.editor != visit.me.name


PAGES: Final = (Page("/", home),)
