"""My draft: what changed, what stands against it, what it would do; and handing it on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from ivr.editing.draft_work import Ended, Running
from ivr.kernel.clock import CHINA
from ivr.kernel.errors import HotlineError
from ivr.kernel.units import seconds
from ivr.people.permissions import Permission
from ivr.tables.errors import Conflicts, NoDraft, TableRefused
from ivr.tables.values import Draft, ProposalState
from ivr.web.answers import status_of, words_of
from ivr.web.editing import revision_sent
from ivr.web.page import Page
from ivr.web.verdicts import read_moves
from ivr.web.visit import Visit
from routing.errors import BadRow, RoutingError
from routing.rehearse import Movement

EDIT: Final = Permission.EDIT_TABLE
MOST_MOVES: Final = 200
PATIENCE: Final = seconds(4)  # with the check; a worker that learns leaves it waiting
DONE: Final = {
    ProposalState.WAITING: "submitted",
    ProposalState.SCHEDULED: "scheduled",
    ProposalState.PUBLISHED: "published",
}


async def overview(visit: Visit) -> Response:
    return await _overview(visit)


async def open_draft(visit: Visit) -> Response:
    await visit.parts.tables.open(visit.me, visit.sent("why", 200))
    return visit.go("/draft", "opened")


async def discard(visit: Visit) -> Response:
    await visit.parts.tables.discard(visit.me, visit.sent("why", 200))
    return visit.go("/draft", "discarded")


async def rebase(visit: Visit) -> Response:
    """Rows that both sides changed are shown, each with a choice."""
    chosen = visit.sent("settled") == "yes"
    mine = {_place(each) for each in visit.sent_all("mine")} if chosen else None
    try:
        await visit.parts.tables.rebase(visit.me, visit.sent("why", 200), mine)
    except Conflicts as why:
        view = await visit.parts.tables.view(visit.me)
        words = {"conflicts": why.conflicts, "view": view, "key_of": _key_of}
        return visit.show("conflicts.html", words, status=409)
    return visit.go("/draft", "rebased")


async def rehearsal(visit: Visit) -> Response:
    """A script asks again and again while it runs; without one the page does."""
    draft = await _draft(visit)
    state = visit.parts.rehearsals.of(draft)
    view = await visit.parts.tables.view(visit.me)
    words: dict[str, Any] = {
        "draft": draft,
        "running": state if isinstance(state, Running) else None,
        "result": None,
        "moves": [],
        "error": "",
        "movements": Movement,
    }
    if isinstance(state, Ended):
        words["error"] = _error(state)
        words["result"] = state.result
        if state.result is not None:
            words["moves"] = read_moves(view, state.result.moves[:MOST_MOVES])
    return visit.show("rehearsal_part.html" if visit.is_partial else "rehearsal.html", words)


async def start_rehearsal(visit: Visit) -> Response:
    visit.parts.rehearsals.start(await _draft(visit))
    return visit.go("/draft/rehearsal")


async def submit_form(visit: Visit) -> Response:
    return await _submit_form(visit)


async def submit(visit: Visit) -> Response:
    try:
        at = moment_of(visit.sent("at", 20))
        proposal = await visit.parts.tables.submit(
            visit.me,
            revision_sent(visit),
            visit.sent("why", 200),
            at,
            voiceless=visit.sent("voiceless") == "yes",
        )
    except TableRefused as why:
        return await _overview(visit, str(why), status_of(why))
    except (HotlineError, RoutingError) as why:
        return await _submit_form(visit, words_of(why), status_of(why))
    return visit.go(f"/proposals/{proposal.id}", DONE.get(proposal.state, ""))


async def _overview(visit: Visit, error: str = "", status: int = 200) -> Response:
    tables = visit.parts.tables
    draft = await tables.draft(visit.me)
    words: dict[str, Any] = {"draft": draft, "error": error}
    if draft is not None:
        view = await tables.view(visit.me)
        checked = await visit.parts.checks.within(draft, PATIENCE)
        words |= {
            "view": view,
            "moved": view.publication.version != draft.base,
            "changes": await tables.changes(visit.me, draft),
            "checked": checked.result if isinstance(checked, Ended) else None,
            "check_error": _error(checked),
            "rehearsed": visit.parts.rehearsals.of(draft),
        }
    return visit.show("draft.html", words, status=status)


async def _submit_form(visit: Visit, error: str = "", status: int = 200) -> Response:
    draft = await _draft(visit)
    words = {
        "draft": draft,
        "changes": await visit.parts.tables.changes(visit.me, draft),
        "approval": visit.parts.tables.needs_approval,
        "why": visit.sent("why", 200),
        "at": visit.sent("at", 20),
        "voiceless": visit.sent("voiceless") == "yes",
        "rehearsed": visit.parts.rehearsals.of(draft),
        "error": error,
    }
    return visit.show("submit.html", words, status=status)


def _error(state: Running | Ended[Any] | None) -> str:
    return words_of(state.error) if isinstance(state, Ended) and state.error else ""


async def _draft(visit: Visit) -> Draft:
    draft = await visit.parts.tables.draft(visit.me)
    if draft is None:
        raise NoDraft(visit.me.name)
    return draft


def moment_of(text: str) -> datetime | None:
    """A moment as browsers send it, China's time; None for at once. Raises `BadRow`."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=CHINA)
    except ValueError as why:
        raise BadRow("发布时间", 1, "", "应写成 2026-11-23T08:30") from why


SEPARATOR: Final = "\x1f"  # a unit separator: no cell holds one


def _key_of(sheet: str, key: tuple[str, ...]) -> str:
    return SEPARATOR.join((sheet, *key))


def _place(text: str) -> tuple[str, tuple[str, ...]]:
    sheet, *key = text.split(SEPARATOR)
    return sheet, tuple(key)


PAGES: Final = (
    Page("/draft", overview, EDIT),
    Page("/draft/open", open_draft, EDIT, "POST"),
    Page("/draft/discard", discard, EDIT, "POST"),
    Page("/draft/rebase", rebase, EDIT, "POST"),
    Page("/draft/rehearsal", rehearsal, EDIT),
    Page("/draft/rehearsal", start_rehearsal, EDIT, "POST"),
    Page("/draft/submit", submit_form, EDIT),
    Page("/draft/submit", submit, EDIT, "POST"),
)
