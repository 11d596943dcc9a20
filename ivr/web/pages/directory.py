"""The directory: finding lines and units, and everything known of one."""

from __future__ import annotations

import asyncio
from itertools import groupby
from typing import Any, Final

from starlette.responses import Response

from ivr.editing.search import Found, search
from ivr.editing.view import View
from ivr.people.permissions import Permission
from ivr.web.editing import cells_of, look, may_edit
from ivr.web.page import Page
from ivr.web.visit import Visit
from ivr.web.words import LEVELS


async def directory(visit: Visit) -> Response:
    """With a script only what was found is sent again, at every key."""
    view = await look(visit)
    asked, level = visit.asked("q", 40), visit.asked("level", 20)
    found = await asyncio.to_thread(search, view.sheets, asked)
    if level in LEVELS:
        found = tuple(each for each in found if each.unit["level"] == level)
    words = {"q": asked, "level": level, "found": found, "groups": _by_unit(found, asked)}
    return visit.show("directory_found.html" if visit.is_partial else "directory.html", words)


async def unit(visit: Visit) -> Response:
    view, code = await look(visit), visit.named("code")
    cells = cells_of(view, "departments", (code,))
    words = {
        "view": view,
        "unit": view.sheets.sheet("departments").form.row(cells),
        "lines": view.rows("hotlines", department_code=code),
        "contacts": contacts(visit, view, code),
        "editable": may_edit(visit, view, "departments", cells),
    }
    return visit.show("unit.html", words)


async def line(visit: Visit) -> Response:
    view, code = await look(visit), visit.named("code")
    cells = cells_of(view, "hotlines", (code,))
    row = view.sheets.sheet("hotlines").form.row(cells)
    words = {
        "view": view,
        "line": row,
        "unit": view.row("departments", (row["department_code"],)),
        "spoken": (view.row("readings", (code,)) or {"spoken_title": row["title"]})["spoken_title"],
        "contacts": contacts(visit, view, code),
        "hops": hops(view, code),
        "places": _places(view, code),
        "matters": _matters(view, code),
        "editable": may_edit(visit, view, "hotlines", cells),
    }
    return visit.show("line.html", words)


def contacts(visit: Visit, view: View, code: str) -> list[dict[str, Any]]:
    """Persons of a unit or line; their numbers whole only for those who ring them up."""
    whole = visit.may(Permission.SEE_CONTACTS)
    return [{**row, "whole": whole} for row in view.rows("contacts", code=code)]


def hops(view: View, code: str) -> list[str]:
    """Where a call goes one after another, in words."""
    chain = view.row("chains", (code,))
    listed = chain["hops"].split() if chain else [code, "QUEUE", "MESSAGE"]
    return [STOPS.get(hop) or view.names.named(hop) for hop in listed]


STOPS: Final = {"QUEUE": "话务员排队", "MESSAGE": "留言"}


def _by_unit(found: tuple[Found, ...], asked: str) -> list[tuple[dict[str, str], list[Found]]]:
    """In the order of the directory; what was searched for in the order in which it fits."""
    if asked:
        return [(each.unit, [each]) for each in found]
    groups = groupby(found, key=lambda each: each.unit["code"])
    return [(members[0].unit, members) for _, group in groups for members in (list(group),)]


def _places(view: View, code: str) -> list[str]:
    """Where in the menu the line is offered."""
    asked = {row["question"] for row in view.rows("questions", line=code)}
    targets = {f"line:{code}", *(f"area:{question}" for question in asked)}
    return [
        f"{view.names.level(row['node'])} › 按{row['key']} {row['title']}"
        for row in view.rows("menu")
        if row["target"] in targets
    ]


def _matters(view: View, code: str) -> list[dict[str, str]]:
    asked = {f"area:{row['question']}" for row in view.rows("questions", line=code)}
    targets = {f"line:{code}"} | asked
    return [row for row in view.rows("matters") if row["target"] in targets]


PAGES: Final = (
    Page("/directory", directory),
    Page("/units/{code}", unit),
    Page("/lines/{code}", line),
)
