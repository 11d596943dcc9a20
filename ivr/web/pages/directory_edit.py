"""Editing a unit or a line: everything about it in one form, saved as one change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from starlette.responses import Response

from ivr.editing.view import View
from ivr.people.permissions import Permission
from ivr.tables.values import RowEdit
from ivr.web.editing import cells_of, look, revision_of, save
from ivr.web.page import Page
from ivr.web.visit import Visit
from ivr.web.words import DAYS
from routing.chain import MAX_HOPS
from routing.directory import Consolidation, ContactRole, NumberKind, UnitLevel
from routing.hours import MAX_SPANS

EDIT: Final = Permission.EDIT_TABLE
PERSON: Final = ("role", "name", "phone")
OTHERS: Final = 3  # lines to try before the operators
ENDING: Final = ("QUEUE", "MESSAGE")
CONTACTS: Final = 2  # rows of the form: one to speak with, one to answer for it
ALWAYS: Final = "24h"
KINDS: Final = {
    NumberKind.NATIONAL.value: "可直接拨打",
    NumberKind.PLACEHOLDER.value: "占位，待更换",
}


async def edit_line(visit: Visit) -> Response:
    return await _line_form(visit)


async def save_line(visit: Visit) -> Response:
    view, code = await look(visit), visit.named("code")
    edits = [_line_edit(visit, view, code), *_reading(visit, view, code)]
    edits += [*_chain(visit, view, code), *_contacts(visit, view, code)]

    async def again(error: str, status: int) -> Response:
        return await _line_form(visit, error, status)

    return await save(visit, edits, again, f"/lines/{code}")


async def edit_unit(visit: Visit) -> Response:
    return await _unit_form(visit)


async def save_unit(visit: Visit) -> Response:
    view, code = await look(visit), visit.named("code")
    cells_of(view, "departments", (code,))
    form = view.sheets.sheet("departments").form
    row = {name: visit.sent(name) for name in form.names} | {"code": code}
    edits = [RowEdit("departments", (code,), form.cells(row)), *_contacts(visit, view, code)]

    async def again(error: str, status: int) -> Response:
        return await _unit_form(visit, error, status)

    return await save(visit, edits, again, f"/units/{code}")


async def _line_form(visit: Visit, error: str = "", status: int = 200) -> Response:
    view, code = await look(visit), visit.named("code")
    sheet = view.sheets.sheet("hotlines")
    row = sheet.form.row(cells_of(view, "hotlines", (code,)))
    if error:
        row |= {name: visit.sent(name) for name in row if name in visit.form}
    known = view.row("readings", (code,))
    words = {
        "line": row,
        "spoken": visit.sent("spoken") if error else (known or {}).get("spoken_title", ""),
        "hours": hours_sent(visit) if error else hours_fields(row["service_hours"]),
        "others": visit.sent_all("hop") if error else _others(view, code),
        "contacts": _contact_fields(visit, view, code, sent=bool(error)),
        "lines": view.rows("hotlines"),
        "units": view.rows("departments"),
        "consolidations": [each.value for each in Consolidation],
        "kinds": KINDS,
        "days": {days.value: title for days, title in DAYS.items()},
    }
    return visit.show("line_edit.html", words | _common(view, error), status=status)


async def _unit_form(visit: Visit, error: str = "", status: int = 200) -> Response:
    view, code = await look(visit), visit.named("code")
    row = view.sheets.sheet("departments").form.row(cells_of(view, "departments", (code,)))
    if error:
        row |= {name: visit.sent(name) for name in row if name in visit.form}
    words = {
        "unit": row,
        "contacts": _contact_fields(visit, view, code, sent=bool(error)),
        "areas": view.rows("areas"),
        "unit_levels": [each.value for each in UnitLevel],
        "categories": sorted({each["category"] for each in view.rows("departments")}),
    }
    return visit.show("unit_edit.html", words | _common(view, error), status=status)


def _common(view: View, error: str) -> dict[str, Any]:
    return {
        "view": view,
        "error": error,
        "revision": revision_of(view),
        "contact_roles": [each.value for each in ContactRole],
    }


# -- rows of what was sent ---------------------------------------------------------------------


def _line_edit(visit: Visit, view: View, code: str) -> RowEdit:
    cells_of(view, "hotlines", (code,))
    form = view.sheets.sheet("hotlines").form
    row = {name: visit.sent(name) for name in form.names}
    row |= {"code": code, "service_hours": hours_text(hours_sent(visit))}
    return RowEdit("hotlines", (code,), form.cells(row))


def _reading(visit: Visit, view: View, code: str) -> Iterator[RowEdit]:
    """A reading is kept only where it is not the title itself."""
    known = (code,) if view.row("readings", (code,)) else None
    spoken = visit.sent("spoken")
    if spoken and spoken != visit.sent("title"):
        yield RowEdit("readings", known, (code, spoken))
    elif known:
        yield RowEdit("readings", known, None)


def _chain(visit: Visit, view: View, code: str) -> Iterator[RowEdit]:
    before = view.row("chains", (code,))
    others = [hop.upper() for hop in visit.sent_all("hop") if hop.strip()][:MAX_HOPS]
    hops = " ".join([code, *(hop.split()[0] for hop in others), *ENDING])
    if before is None or before["hops"] != hops:
        yield RowEdit("chains", (code,) if before else None, (code, hops))


def _contacts(visit: Visit, view: View, code: str) -> Iterator[RowEdit]:
    """What is gone first: a name that changed is another row."""
    known = [(row["code"], row["role"], row["name"]) for row in view.rows("contacts", code=code)]
    wanted = {(code, role, name): phone for role, name, phone in _sent_contacts(visit) if name}
    for key in known:
        if key not in wanted:
            yield RowEdit("contacts", key, None)
    for key, phone in wanted.items():
        before = view.row("contacts", key)
        if before is None or before["phone"] != phone:
            yield RowEdit("contacts", key if before else None, (*key, phone))


def _sent_contacts(visit: Visit) -> Iterator[tuple[str, str, str]]:
    columns = (visit.sent_all(f"contact_{name}") for name in PERSON)
    for row in zip(*columns, strict=False):
        role, name, phone = (cell.strip() for cell in row)
        yield role, name, phone


# -- fields of a form ----------------------------------------------------------------------------


def _contact_fields(visit: Visit, view: View, code: str, *, sent: bool) -> list[dict[str, str]]:
    """What there is, and empty ones to fill."""
    if sent:
        rows = [dict(zip(PERSON, row, strict=True)) for row in _sent_contacts(visit)]
    else:
        rows = view.rows("contacts", code=code)
    roles = [each.value for each in ContactRole]
    empty = [{"role": roles[n % len(roles)], "name": "", "phone": ""} for n in range(CONTACTS)]
    return rows + empty[len(rows) :] if len(rows) < CONTACTS else [*rows, empty[0]]


def _others(view: View, code: str) -> list[str]:
    chain = view.row("chains", (code,))
    hops = chain["hops"].split() if chain else []
    others = [hop for hop in hops if hop not in (code, *ENDING)]
    return others + [""] * max(0, OTHERS - len(others))


def hours_fields(text: str) -> dict[str, Any]:
    """Service hours as the form asks for them."""
    if text == ALWAYS:
        return {"days": "", "spans": ""}
    days, _, spans = text.partition(" ")
    return {"days": days, "spans": spans}


def hours_sent(visit: Visit) -> dict[str, Any]:
    return {"days": visit.sent("days", 10), "spans": visit.sent("spans", 12 * MAX_SPANS)}


def hours_text(fields: dict[str, Any]) -> str:
    """Times may be written with signs of the Chinese keyboard."""
    if not fields["days"]:
        return ALWAYS
    spans = fields["spans"].translate(str.maketrans("：，、；－—~至", ":   ----"))
    return f"{fields['days']} {' '.join(spans.split())}"


PAGES: Final = (
    Page("/lines/{code}/edit", edit_line, EDIT),
    Page("/lines/{code}/edit", save_line, EDIT, "POST"),
    Page("/units/{code}/edit", edit_unit, EDIT),
    Page("/units/{code}/edit", save_unit, EDIT, "POST"),
)
