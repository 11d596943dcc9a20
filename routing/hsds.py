"""Sheets as Open Referral HSDS 3: the directory in its own words, the rest as taxonomies.

Units are organizations, lines are services with their phones, schedules and contacts, areas are
locations, and every further sheet is a taxonomy whose terms carry the cells as attributes. What
HSDS has no field for (consolidation, spoken title's sheet, level) stands in attributes as well,
so that reading gives back every sheet with its rows in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from routing import forms
from routing.csv_files import MAX_ROWS, MAX_UNPACKED
from routing.errors import BadHours, BadRow
from routing.hours import Days, ServiceHours
from routing.rows import Faults
from routing.sheet import Form, Origin, Sheet, Sheets

Item = dict[str, Any]
"""An object of HSDS."""

VERSION: Final = "3.0"
NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://openreferral.org/hsds/114")
TAXONOMY: Final = "sheet"  # link_type of the attributes that carry cells

_BYDAY: Final = {
    Days.WORKING: "MO,TU,WE,TH,FR",
    Days.MOST: "MO,TU,WE,TH,FR,SA",
    Days.EVERY: "MO,TU,WE,TH,FR,SA,SU",
}

# The lists of a document that hold the rows of a sheet.
_LISTS: Final = {
    forms.DEPARTMENTS.name: "organizations",
    forms.HOTLINES.name: "services",
    forms.CONTACTS.name: "contacts",
    forms.AREAS.name: "locations",
}


def write_hsds(sheets: Sheets) -> bytes:
    """The document, UTF-8."""
    document: Item = {"version": VERSION, "profile": "https://docs.openreferral.org/"}
    for name, make in _MAKERS.items():
        document[_LISTS[name]] = [make(row) for row in _rows(sheets.sheet(name))]
    others = [sheet for sheet in sheets.sheets if sheet.form.name not in _LISTS]
    document["taxonomies"] = [_taxonomy(sheet.form) for sheet in others]
    document["taxonomy_terms"] = [
        _term(sheet.form, row) for sheet in others for row in _rows(sheet)
    ]
    return msgspec.json.encode(document)


def read_hsds(data: bytes, file: str) -> tuple[Sheet, ...]:
    """The sheets of a document; raises `BadRow` or `BadRows`, a row being the item's place."""
    if len(data) > MAX_UNPACKED:
        raise BadRow(file, 1, "", "文件太大")
    try:
        document = msgspec.json.decode(data, type=Item)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as why:
        raise BadRow(file, 1, "", "不是HSDS的JSON文件") from why
    faults, sheets = Faults(), []
    for form in forms.FORMS:
        try:
            sheets.append(_sheet(document, form, file))
        except BadRow as bad:
            faults.add(bad)
    faults.stop_if_any()
    return tuple(sheets)


def identity(kind: str, *key: str) -> str:
    """The same thing has the same id in every export."""
    return str(uuid5(NAMESPACE, "/".join((kind, *key))))


def _rows(sheet: Sheet) -> Iterator[dict[str, str]]:
    return map(sheet.form.row, sheet.rows)


def _organization(row: dict[str, str]) -> Item:
    return {
        "id": identity("organization", row["code"]),
        "name": row["name"],
        "alternate_name": row["short_name"],
        "description": f"{row['category']}：{row['name']}",
        "organization_identifiers": [_identifier(row["code"])],
        "attributes": _attributes(forms.DEPARTMENTS, row),
    }


def _service(row: dict[str, str]) -> Item:
    owner = identity("service", row["code"])
    return {
        "id": owner,
        "organization_id": identity("organization", row["department_code"]),
        "name": row["title"],
        "description": row["duty"],
        "status": "active",
        "phones": [{"id": identity("phone", row["code"]), "number": row["number"]}],
        "schedules": list(_schedules(row)),
        "attributes": _attributes(forms.HOTLINES, row),
    }


def _schedules(row: dict[str, str]) -> Iterator[Item]:
    """As calendars read them; `service_hours` among the attributes says it exactly."""
    try:
        hours = ServiceHours.parse(row["service_hours"])
    except BadHours:
        return
    for number, span in enumerate(hours.spans):
        opens, _, closes = str(span).partition("-")
        yield {
            "id": identity("schedule", row["code"], str(number)),
            "freq": "WEEKLY",
            "byday": _BYDAY[hours.days],
            "opens_at": f"{opens}+08:00",
            "closes_at": f"{closes}+08:00",
            "description": row["service_hours"],
        }


def _contact(row: dict[str, str]) -> Item:
    key = (row["code"], row["role"], row["name"])
    return {
        "id": identity("contact", *key),
        "name": row["name"],
        "title": row["role"],
        "phones": [{"id": identity("phone", *key), "number": row["phone"]}],
        "attributes": _attributes(forms.CONTACTS, row),
    }


def _location(row: dict[str, str]) -> Item:
    return {
        "id": identity("location", row["code"]),
        "location_type": "virtual",
        "name": row["name"],
        "external_identifier": row["code"],
        "external_identifier_type": "GB/T 2260",
        "attributes": _attributes(forms.AREAS, row),
    }


_MAKERS: Final = {
    forms.DEPARTMENTS.name: _organization,
    forms.HOTLINES.name: _service,
    forms.CONTACTS.name: _contact,
    forms.AREAS.name: _location,
}


def _taxonomy(form: Form) -> Item:
    return {
        "id": identity("taxonomy", form.name),
        "name": form.name,
        "description": form.title,
        "version": VERSION,
    }


def _term(form: Form, row: dict[str, str]) -> Item:
    key = tuple(row[name] for name in form.key)
    return {
        "id": identity("term", form.name, *key),
        "code": " ".join(key),
        "name": row[form.names[1]] or row[form.names[0]],
        "description": form.title,
        "taxonomy": form.name,
        "taxonomy_id": identity("taxonomy", form.name),
        "attributes": _attributes(form, row),
    }


def _identifier(code: str) -> Item:
    return {
        "id": identity("identifier", code),
        "identifier_scheme": "114",
        "identifier_type": "unit",
        "identifier": code,
    }


def _attributes(form: Form, row: dict[str, str]) -> list[Item]:
    owner = tuple(row[name] for name in form.key)
    return [
        {
            "id": identity("attribute", form.name, column.name, *owner),
            "link_type": TAXONOMY,
            "link_entity": form.name,
            "label": column.name,
            "value": row[column.name],
        }
        for column in form.columns
    ]


def _sheet(document: Item, form: Form, file: str) -> Sheet:
    items = list(_items(document, form, file))
    place = f"{file}[{form.title}]"
    if len(items) > MAX_ROWS:
        raise BadRow(place, MAX_ROWS, "", f"行数太多，最多{MAX_ROWS}行")
    faults, rows, origins = Faults(), [], []
    for number, item in enumerate(items, start=1):
        try:
            rows.append(form.cells(_cells(item, form, place, number)))
        except BadRow as bad:
            faults.add(bad)
            continue
        origins.append(Origin(place, number))
    faults.stop_if_any()
    return Sheet(form, tuple(rows), tuple(origins))


def _items(document: Item, form: Form, file: str) -> Iterator[Any]:
    listed = _LISTS.get(form.name, "taxonomy_terms")
    items = document.get(listed)
    if not isinstance(items, list):
        raise BadRow(file, 1, listed, "缺少这一项")
    if form.name in _LISTS:
        return iter(items)
    return (item for item in items if isinstance(item, dict) and item.get("taxonomy") == form.name)


def _cells(item: Any, form: Form, place: str, number: int) -> dict[str, str]:
    """The cells from the attributes, with what HSDS says of them in its own fields on top."""
    listed = item.get("attributes") if isinstance(item, dict) else None
    if not isinstance(listed, list):
        raise BadRow(place, number, "attributes", "缺少这一项")
    found = {}
    for attribute in listed:
        label = attribute.get("label") if isinstance(attribute, dict) else None
        value = attribute.get("value") if isinstance(attribute, dict) else None
        if label in form.names and isinstance(value, str):
            found[label] = value.strip()
    for name in form.names:
        if name not in found:
            raise BadRow(place, number, name, "缺少这个属性")
    return {**found, **_own_fields(item, form, place, number)}


def _own_fields(item: Item, form: Form, place: str, number: int) -> dict[str, str]:
    own = {}
    for name, read in _FIELDS.get(form.name, {}).items():
        try:
            value = read(item)
        except (KeyError, IndexError, TypeError) as why:
            raise BadRow(place, number, name, "缺少这一项") from why
        if not isinstance(value, str):
            raise BadRow(place, number, name, "应为文字")
        own[name] = value.strip()
    return own


_FIELDS: Final[dict[str, dict[str, Callable[[Item], Any]]]] = {
    forms.DEPARTMENTS.name: {
        "name": lambda item: item["name"],
        "short_name": lambda item: item["alternate_name"],
    },
    forms.HOTLINES.name: {
        "title": lambda item: item["name"],
        "duty": lambda item: item["description"],
        "number": lambda item: item["phones"][0]["number"],
    },
    forms.CONTACTS.name: {
        "name": lambda item: item["name"],
        "phone": lambda item: item["phones"][0]["number"],
    },
    forms.AREAS.name: {"name": lambda item: item["name"]},
}
