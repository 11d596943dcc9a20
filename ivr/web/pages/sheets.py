"""Every sheet of the table, row by row: for what has no page of its own."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.responses import Response

from ivr.editing.view import View
from ivr.people.permissions import Permission
from ivr.tables.values import RowEdit
from ivr.web.editing import Again, cells_of, look, may_edit, revision_of, save
from ivr.web.numbers import number_of
from ivr.web.page import Page
from ivr.web.visit import Visit
from routing.forms import FORMS, form
from routing.sheet import Cells, Form, Key

EDIT: Final = Permission.EDIT_TABLE
ROWS: Final = 50  # of one page
PERSONAL: Final = frozenset({"contacts"})  # sheets with telephone numbers of persons
LONG: Final = frozenset({"duty", "text", "when", "words", "unless", "synonyms"})


async def all_sheets(visit: Visit) -> Response:
    view = await look(visit)
    sheets = [(each, len(view.sheets.sheet(each.name).rows)) for each in FORMS]
    return visit.show("sheets.html", {"sheets": sheets, "view": view})


async def one_sheet(visit: Visit) -> Response:
    view, wanted = await look(visit), form(visit.named("sheet"))
    if wanted.name in PERSONAL and not visit.may(Permission.SEE_CONTACTS):
        return visit.go("/sheets")
    asked, page = visit.asked("q", 40), _page_asked(visit)
    rows = await asyncio.to_thread(_holding, view.sheets.sheet(wanted.name).rows, asked)
    first = (page - 1) * ROWS
    words = {
        "view": view,
        "form": wanted,
        "rows": [(wanted.key_of(row), _read(view, wanted, row)) for row in rows[first:][:ROWS]],
        "count": len(rows),
        "page": page,
        "pages": max(1, -(-len(rows) // ROWS)),
        "q": asked,
        "editable": visit.may(EDIT),
        "addable": may_edit(visit, view, wanted.name, None),
    }
    return visit.show("sheet.html", words)


async def one_row(visit: Visit) -> Response:
    return await _row_form(visit)


async def save_row(visit: Visit) -> Response:
    wanted, key = form(visit.named("sheet")), _key(visit)
    cells = wanted.cells({name: visit.sent(f"cell-{name}") for name in wanted.names})
    edit = RowEdit(wanted.name, key or None, cells)
    return await save(visit, [edit], _again(visit), f"/sheets/{wanted.name}")


async def remove_row(visit: Visit) -> Response:
    wanted = form(visit.named("sheet"))
    edit = RowEdit(wanted.name, _key(visit), None)
    return await save(visit, [edit], _again(visit), f"/sheets/{wanted.name}")


def _again(visit: Visit) -> Again:
    async def again(error: str, status: int) -> Response:
        return await _row_form(visit, error, status)

    return again


async def _row_form(visit: Visit, error: str = "", status: int = 200) -> Response:
    view, wanted, key = await look(visit), form(visit.named("sheet")), _key(visit)
    row = wanted.row(cells_of(view, wanted.name, key)) if key else dict.fromkeys(wanted.names, "")
    if error:
        row = {name: visit.sent(f"cell-{name}") for name in wanted.names}
    words = {
        "view": view,
        "form": wanted,
        "key": key,
        "row": row,
        "long": LONG,
        "name": view.names.of_row(wanted, wanted.cells(row)) if key and not error else "",
        "revision": revision_of(view),
        "error": error,
    }
    return visit.show("row_edit.html", words, status=status)


def _key(visit: Visit) -> Key:
    """The key in the address, or in the form that was sent; empty for a new row."""
    sent = visit.sent_all("key") if visit.form else []
    return tuple(sent or visit.request.query_params.getlist("key"))


def _read(view: View, wanted: Form, row: Cells) -> list[tuple[str, str]]:
    """Column titles and cells as officers read them."""
    named = zip(wanted.columns, row, strict=True)
    return [(column.title, _cell(view, column.name, text)) for column, text in named]


def _cell(view: View, column: str, text: str) -> str:
    said = view.names.cell(column, text) if text else ""
    return said.removeprefix("“").removesuffix("”")


def _holding(rows: tuple[Cells, ...], asked: str) -> tuple[Cells, ...]:
    """The rows with this text in a cell; there may be tens of thousands."""
    return tuple(row for row in rows if any(asked in cell for cell in row)) if asked else rows


def _page_asked(visit: Visit) -> int:
    return max(1, number_of(visit.asked("page", 6)) or 1)


PAGES: Final = (
    Page("/sheets", all_sheets),
    Page("/sheets/{sheet}", one_sheet),
    Page("/sheets/{sheet}/row", one_row, EDIT),
    Page("/sheets/{sheet}/row", save_row, EDIT, "POST"),
    Page("/sheets/{sheet}/row/remove", remove_row, EDIT, "POST"),
)
