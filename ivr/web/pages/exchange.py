"""Import and export: the whole table as files of other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from ivr.kernel.errors import HotlineError
from ivr.people.permissions import Permission
from ivr.tables.exchanging import MAX_IMPORT, MEDIA_TYPES, FileKind
from ivr.web.answers import NoSuchPage, status_of, words_of
from ivr.web.limits import MOST_IMPORT
from ivr.web.page import Page
from ivr.web.visit import Visit
from routing.errors import BadRow, BadRows, RoutingError

KINDS: Final[Mapping[FileKind, str]] = {
    FileKind.XLSX: "Excel 工作簿（.xlsx），每张表一页",
    FileKind.CSV: "CSV 压缩包（.zip），每张表一个文件",
    FileKind.HSDS: "Open Referral HSDS 3（.json），与其他系统交换",
}
MOST_REASONS: Final = 50


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def export(visit: Visit) -> Response:
    name, _, ending = visit.named("file").rpartition(".")
    kind = next((each for each in FileKind if each.value == ending), None)
    view = await visit.parts.tables.view(visit.me)
    if kind is None or name not in ("in-force", "draft"):
        raise NoSuchPage
    sheets = view.sheets
    if name == "in-force":
        sheets = await visit.parts.tables.sheets(view.publication.version)
    data = await visit.parts.tables.export(visit.me, sheets, kind)
    number = view.publication.version
    file = f"hotline114-{'draft' if name == 'draft' else number}.{kind.value}"
    disposition = {"content-disposition": f'attachment; filename="{file}"'}
    return Response(data, media_type=MEDIA_TYPES[kind], headers=disposition)


async def take_in(visit: Visit) -> Response:
    """All of the file or nothing; every row that can not be used is told."""
    file = visit.sent_file("file")
    if file is None or not file.filename:
        return await _page(visit, ["请先选择一个文件"], 422)
    try:
        tables = visit.parts.tables
        sheets = await tables.read_file(visit.me, file.filename, await file.read(MOST_IMPORT))
        await tables.take_in(visit.me, sheets, visit.sent("why", 200))
    except BadRows as why:
        more = [f"另有{why.count - MOST_REASONS}行也不对"] if why.count > MOST_REASONS else []
        return await _page(visit, [*map(_told, why.rows[:MOST_REASONS]), *more], 422)
    except (HotlineError, RoutingError) as why:
        return await _page(visit, [words_of(why)], status_of(why))
    return visit.go("/draft", "imported")


def _told(row: BadRow) -> str:
    return str(row)


async def _page(visit: Visit, errors: list[str] | None = None, status: int = 200) -> Response:
    words: dict[str, Any] = {
        "kinds": {kind.value: title for kind, title in KINDS.items()},
        "view": await visit.parts.tables.view(visit.me),
        "errors": errors or [],
        "editable": visit.may(Permission.EDIT_TABLE),
        "most": MAX_IMPORT // 1024 // 1024,
    }
    return visit.show("exchange.html", words, status=status)


PAGES: Final = (
    Page("/exchange", show, Permission.SEE_CONTACTS),
    Page("/exchange/export/{file}", export, Permission.SEE_CONTACTS),
    Page("/exchange/import", take_in, Permission.EDIT_TABLE, "POST"),
)
