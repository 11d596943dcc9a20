"""What every page that edits does: send rows to the draft, or show the form again and why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from starlette.responses import Response

from ivr.editing.view import View
from ivr.kernel.errors import HotlineError
from ivr.people.permissions import Permission
from ivr.tables.errors import NoSuchRow
from ivr.tables.values import Revision, RowEdit
from ivr.web.answers import form_words, status_of
from ivr.web.numbers import number_of
from ivr.web.visit import Visit
from routing.errors import RoutingError
from routing.sheet import Cells, Key

Again = Callable[[str, int], Awaitable[Response]]
"""Shows the form once more, with what was wrong and the status of the answer."""


async def look(visit: Visit) -> View:
    return await visit.parts.tables.view(visit.me)


def revision_of(view: View) -> int:
    """What a form keeps: 0 says that there was no draft when it was made."""
    return 0 if view.draft is None else view.draft.revision


def revision_sent(visit: Visit) -> Revision:
    given = number_of(visit.sent("revision", 12))
    return Revision(-1 if given is None else given)


def may_edit(visit: Visit, view: View, sheet: str, cells: Cells | None) -> bool:
    """Whether to offer it; the service judges again."""
    if not visit.may(Permission.EDIT_TABLE):
        return False
    return view.scope.is_whole if cells is None else view.may_change(sheet, cells)


def cells_of(view: View, sheet: str, key: Key) -> Cells:
    """Raises `NoSuchRow`."""
    found = view.sheets.sheet(sheet)
    if key not in found.by_key:
        raise NoSuchRow(found.form.title, key)
    return found.by_key[key]


async def save(visit: Visit, edits: Sequence[RowEdit], again: Again, back: str) -> Response:
    """Into the draft, all rows or none, and on to `back`."""
    try:
        await visit.parts.tables.edit(visit.me, revision_sent(visit), edits, visit.sent("why", 200))
    except (HotlineError, RoutingError) as why:
        return await again(form_words(why), status_of(why))
    return visit.go(back, "saved")
