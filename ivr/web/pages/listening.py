"""Hearing what callers hear: a level of the menu, a line's introduction, a notice."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.responses import Response

from agi_scripts import words
from ivr.editing.view import View
from ivr.kernel.errors import HotlineError
from ivr.kernel.sound import Sound, flat
from ivr.people.permissions import Permission
from ivr.tables.errors import NoSuchRow
from ivr.web.editing import cells_of, look
from ivr.web.page import Page
from ivr.web.sounds import as_wave
from ivr.web.visit import Visit
from prompts.catalogue import line_introduced
from routing.ids import NodeId
from routing.load_menu import listed
from routing.menu import Node
from routing.sheet import Sheet


async def menu_level(visit: Visit) -> Response:
    view = await look(visit)
    return await _play(visit, level_sounds(view, visit.named("node")))


async def introduction(visit: Visit) -> Response:
    view, code = await look(visit), visit.named("code")
    return await _play(visit, (introduced(view, code),))


def level_sounds(view: View, node: str) -> tuple[Sound, ...]:
    """What is said at a level of the menu as this table has it. Raises `NoSuchRow`."""
    sheet = view.sheets.sheet("menu")
    rows = tuple(cells for cells in sheet.rows if cells[0] == node)
    if not rows:
        raise NoSuchRow(sheet.form.title, (node,))
    choices = tuple(listed(row).choice for row in Sheet(sheet.form, rows).readable())
    return flat(words.menu_level(Node(NodeId(node), "", choices)))


def introduced(view: View, code: str) -> Sound:
    row = view.sheets.sheet("hotlines").form.row(cells_of(view, "hotlines", (code,)))
    reading = view.row("readings", (code,))
    unit = view.row("departments", (row["department_code"],)) or {"short_name": ""}
    title = reading["spoken_title"] if reading else row["title"]
    return line_introduced(code, title=title, unit=unit["short_name"])


async def _play(visit: Visit, sounds: tuple[Sound, ...]) -> Response:
    try:
        may_make = visit.may(Permission.EDIT_TABLE)
        paths = await visit.parts.sounds.clips(sounds, make=may_make)
    except TimeoutError as why:
        raise NotMadeYet from why
    if not paths:
        raise NoSuchRow("录音", tuple(sound.id for sound in sounds[:1]))
    data = await asyncio.to_thread(as_wave, paths)
    return Response(data, media_type="audio/wav", headers={"accept-ranges": "none"})


class NotMadeYet(HotlineError):
    """The machine has no time for a preview: calls come first."""

    id = "not-made-yet"

    def __init__(self) -> None:
        super().__init__("还没有合成好，请过一会儿再听")


PAGES: Final = (
    Page("/sounds/menu/{node}.wav", menu_level),
    Page("/sounds/lines/{code}.wav", introduction),
)
