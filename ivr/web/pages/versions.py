"""Published versions: what each changed, the difference of any two, and the way back."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from ivr.kernel.errors import HotlineError
from ivr.people.permissions import Permission
from ivr.tables.errors import NoSuchTable
from ivr.tables.values import Publication
from ivr.web.answers import NoSuchPage, status_of, words_of
from ivr.web.numbers import number_of
from ivr.web.page import Page
from ivr.web.visit import Visit
from routing.ids import TableVersion


async def history(visit: Visit) -> Response:
    return visit.show("versions.html", {"history": await visit.parts.tables.history()})


async def version(visit: Visit) -> Response:
    return await _page(visit)


async def rollback(visit: Visit) -> Response:
    tables = visit.parts.tables
    try:
        made = await tables.rollback(
            visit.me, version_number(visit.named("number")), visit.sent("why", 200)
        )
    except HotlineError as problem:
        return await _page(visit, words_of(problem), status_of(problem))
    return visit.go(f"/versions/{made.version}", "rolled-back")


async def _page(visit: Visit, error: str = "", status: int = 200) -> Response:
    """Beside another version: the one that is asked for, or the one before."""
    tables, number = visit.parts.tables, version_number(visit.named("number"))
    known = await tables.history()
    this = _found(known, number)
    older = [each.version for each in known if each.version < number]
    asked = visit.asked("with", 10)
    other = version_number(asked) if asked else max(older, default=None)
    words = {
        "version": this,
        "history": known,
        "other": other,
        "changes": await tables.between(visit.me, other, number) if other else (),
        "restorable": tables.takes_back(visit.me) and not this.active,
        "error": error,
    }
    return visit.show("version.html", words, status=status)


def _found(history: tuple[Publication, ...], number: TableVersion) -> Publication:
    for each in history:
        if each.version == number:
            return each
    raise NoSuchTable(number)


def version_number(text: str) -> TableVersion:
    """A number of an address. Raises `NoSuchPage` for what is none."""
    number = number_of(text)
    if not number:
        raise NoSuchPage
    return TableVersion(number)


PAGES: Final = (
    Page("/versions", history),
    Page("/versions/{number}", version),
    Page("/versions/{number}/rollback", rollback, Permission.PUBLISH_TABLE, "POST"),
)
