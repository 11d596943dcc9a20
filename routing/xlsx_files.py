"""Sheets as one workbook: a worksheet for each, headed as officers read the columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from routing.csv_files import MAX_ROWS, MAX_UNPACKED, guarded, unguarded
from routing.errors import BadRow
from routing.forms import FORMS
from routing.rows import MAX_CELL, Faults
from routing.sheet import Form, Origin, Sheet, Sheets

MAX_COLUMNS: Final = 30
MAX_PARTS: Final = 500  # files inside the workbook
EXACT: Final = 10**15  # a spreadsheet keeps 15 digits of a number and makes up the rest
TEXT: Final = "@"  # the format of a cell that stays as it was typed

_DECLARATION: Final = b"<!DOCTYPE"  # a workbook has none; whoever adds one means harm
_UNREADABLE: Final = (
    InvalidFileException,
    BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    SyntaxError,  # what the XML parser raises
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)


def write_xlsx(sheets: Sheets) -> bytes:
    """The workbook. Every cell is text, so nothing in it is computed, rounded or shortened."""
    book = Workbook(write_only=True)
    for sheet in sheets.sheets:
        page = book.create_sheet(sheet.form.title)
        page.freeze_panes = "A2"
        heads = [_text_cell(page, column.title) for column in sheet.form.columns]
        for head in heads:
            head.font = Font(bold=True)
        page.append(heads)
        for cells in sheet.rows:
            page.append([_text_cell(page, guarded(cell)) for cell in cells])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def read_xlsx(data: bytes, file: str) -> tuple[Sheet, ...]:
    """The sheets a workbook has; worksheets of other names are refused.

    Numbers and dates that a spreadsheet made of typed text are read as that text; formulas and
    numbers of which digits were lost are refused. Raises `BadRow` or `BadRows`.
    """
    _check_bounds(data, file)
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
        faults = Faults()
        sheets = tuple(_sheet(page, file, faults) for page in book.worksheets)
    except BadRow:
        raise
    except _UNREADABLE as why:
        raise BadRow(file, 1, "", "不是完好的XLSX文件") from why
    faults.stop_if_any()
    return sheets


def _check_bounds(data: bytes, file: str) -> None:
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise BadRow(file, 1, "", "展开后太大，不是一份派单目录")
            for part in parts:
                if _DECLARATION in archive.read(part).upper():
                    raise BadRow(file, 1, "", "含有不允许的声明，不予读取")
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as why:
        raise BadRow(file, 1, "", "不是完好的XLSX文件") from why


def _sheet(page: Any, file: str, faults: Faults) -> Sheet:
    place = f"{file}[{page.title}]"
    wanted = _form(page.title, place)
    rows = page.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS)
    header = _header(next(rows, ()), place, wanted)
    read, origins = [], []
    for number, record in enumerate(rows, start=2):
        if number > MAX_ROWS:
            raise BadRow(place, number, "", f"行数太多，最多{MAX_ROWS}行")
        try:
            cells = _cells(record, header, place, number)
        except BadRow as bad:
            faults.add(bad)
            continue
        if any(cells.values()):
            read.append(tuple(cells[name] for name in wanted.names))
            origins.append(Origin(place, number))
    return Sheet(wanted, tuple(read), tuple(origins))


def _form(title: str, place: str) -> Form:
    for known in FORMS:
        if title in (known.title, known.name):
            return known
    titles = "、".join(known.title for known in FORMS)
    raise BadRow(place, 1, "", f"认不出这张工作表，应为{titles}之一")


def _header(record: Iterable[Any], place: str, wanted: Form) -> list[str]:
    titles = {column.title: column.name for column in wanted.columns}
    found = [str(cell.value or "").strip() for cell in record]
    while found and not found[-1]:
        found.pop()
    header = [titles.get(title, title) for title in found]
    for column in wanted.columns:
        if column.name not in header:
            raise BadRow(place, 1, column.title, "缺少这一列")
    if len(header) != len(wanted.columns):
        listed = "、".join(column.title for column in wanted.columns)
        raise BadRow(place, 1, "", f"应只有这些列：{listed}")
    return header


def _cells(record: Iterable[Any], header: list[str], place: str, number: int) -> dict[str, str]:
    cells = list(record)
    beyond = [cell for cell in cells[len(header) :] if cell.value is not None]
    if beyond:
        raise BadRow(place, number, "", f"有内容写在第{len(header)}列之后")
    cells += [None] * (len(header) - len(cells))
    return dict(_named(zip(header, cells, strict=False), place, number))


def _named(pairs: Iterable[tuple[str, Any]], place: str, number: int) -> Iterator[tuple[str, str]]:
    for name, cell in pairs:
        if cell is None or cell.value is None:
            yield name, ""
        elif cell.data_type == "f":
            raise BadRow(place, number, name, "这一格是公式，请改成文字")
        elif cell.data_type == "e":
            raise BadRow(place, number, name, f"这一格是错误值{str(cell.value)[:10]}")
        else:
            text = _text(cell.value)
            if text is None:
                raise BadRow(place, number, name, "数字太长，位数已丢失，请把单元格设为文本再填")
            yield name, unguarded(text.strip())[: MAX_CELL + 1]


def _text(value: object) -> str | None:
    """What was typed, as far as the spreadsheet left it; None when digits were lost."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float() if abs(value) >= EXACT:
            return None
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.isoformat(" ", "seconds" if value.second else "minutes")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _text_cell(page: Any, text: str) -> Any:
    cell = WriteOnlyCell(page, value=text)
    cell.data_type = "s"
    cell.number_format = TEXT
    return cell
