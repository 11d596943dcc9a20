"""The menu as a tree: what is on which key, heard as callers hear it."""

from __future__ import annotations

import asyncio
from typing import Final

from attrs import frozen
from starlette.responses import Response

from ivr.editing.view import View
from ivr.people.permissions import Permission
from ivr.tables.values import RowEdit
from ivr.web.editing import Again, cells_of, look, may_edit, revision_of, save
from ivr.web.page import Page
from ivr.web.pages.listening import level_sounds
from ivr.web.sounds import is_recorded
from ivr.web.targets import leads_to, targets
from ivr.web.visit import Visit
from routing.errors import BadRow
from routing.menu import CHOICE_KEYS, MAX_KEYS

EDIT: Final = Permission.EDIT_TABLE
ROOT: Final = "root"
NEW_LEVEL: Final = "new-level"


@frozen
class Branch:
    """A level of the menu and what its keys lead to."""

    node: str
    title: str
    keys: str  # pressed on the way here
    choices: tuple[tuple[dict[str, str], str, Branch | None], ...]  # row, target in words, level
    recorded: bool
    free: tuple[str, ...]  # keys that lead nowhere yet


async def tree(visit: Visit) -> Response:
    view = await look(visit)
    await visit.parts.sounds.look()
    words = {
        "view": view,
        "root": await asyncio.to_thread(_branch, visit, view, ROOT, "", "114"),
        "editable": may_edit(visit, view, "menu", None),
    }
    return visit.show("menu.html", words)


async def choice(visit: Visit) -> Response:
    return await _form(visit)


async def save_choice(visit: Visit) -> Response:
    view = await look(visit)
    key = (visit.named("node"), visit.named("key"))
    known = key if view.row("menu", key) else None
    target = visit.sent("target", 60)
    row = (key[0], visit.sent("key", 1) or key[1], visit.sent("title"), target)
    edits = [RowEdit("menu", known, row)]
    if target == NEW_LEVEL:
        edits = _with_level(visit, view, known, row)
    return await save(visit, edits, _again(visit), "/menu")


async def remove_choice(visit: Visit) -> Response:
    key = (visit.named("node"), visit.named("key"))
    return await save(visit, [RowEdit("menu", key, None)], _again(visit), "/menu")


def _with_level(
    visit: Visit, view: View, known: tuple[str, ...] | None, row: tuple[str, ...]
) -> list[RowEdit]:
    """A new level under this key, which begins with one choice: where the key led before."""
    name = visit.sent("level", 40)
    before = None if known is None else view.row("menu", known)
    first = (name, "1", row[2], before["target"] if before else "service:progress")
    return [RowEdit("menu", known, (*row[:3], f"node:{name}")), RowEdit("menu", None, first)]


def _again(visit: Visit) -> Again:
    async def again(error: str, status: int) -> Response:
        return await _form(visit, error, status)

    return again


async def _form(visit: Visit, error: str = "", status: int = 200) -> Response:
    view, node, key = await look(visit), visit.named("node"), visit.named("key")
    row = view.row("menu", (node, key))
    if row is None and (key not in CHOICE_KEYS or not view.rows("menu", node=node)):
        cells_of(view, "menu", (node, key))
    known = row or {"node": node, "key": key, "title": "", "target": ""}
    if error:
        known = known | {name: visit.sent(name) for name in ("key", "title", "target")}
    words = {
        "view": view,
        "choice": known,
        "is_new": row is None,
        "level": view.names.level(node),
        "keys": CHOICE_KEYS,
        "targets": targets(view, services=True),
        "new_level": NEW_LEVEL,
        "at": (node, key),
        "revision": revision_of(view),
        "error": error,
    }
    return visit.show("choice_edit.html", words, status=status)


def _branch(visit: Visit, view: View, node: str, keys: str, title: str) -> Branch:
    rows = view.rows("menu", node=node)
    used = {row["key"] for row in rows}
    return Branch(
        node=node,
        title=title,
        keys=keys,
        choices=tuple((row, leads_to(view, row), _below(visit, view, row, keys)) for row in rows),
        recorded=_is_recorded(visit, view, node),
        free=tuple(key for key in CHOICE_KEYS if key not in used),
    )


def _below(visit: Visit, view: View, row: dict[str, str], keys: str) -> Branch | None:
    """The level under a choice; a ring of levels is cut where nobody keys any further."""
    kind, _, node = row["target"].partition(":")
    if kind != "node" or len(keys) >= MAX_KEYS or not view.rows("menu", node=node):
        return None
    return _branch(visit, view, node, keys + row["key"], row["title"])


def _is_recorded(visit: Visit, view: View, node: str) -> bool:
    try:
        return is_recorded(visit.parts.sounds, level_sounds(view, node))
    except BadRow:  # a draft may hold anything
        return False


PAGES: Final = (
    Page("/menu", tree),
    Page("/menu/{node}/{key}", choice, EDIT),
    Page("/menu/{node}/{key}", save_choice, EDIT, "POST"),
    Page("/menu/{node}/{key}/remove", remove_choice, EDIT, "POST"),
)
