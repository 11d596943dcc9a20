"""Sheets as CSV: files in a folder, or the same files in one archive."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from io import BytesIO, StringIO
from pathlib import Path, PurePosixPath
from typing import Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from routing.errors import BadRow, NoSuchEntry
from routing.forms import FORMS, form
from routing.rows import Faults
from routing.sheet import Cells, Form, Origin, Sheet, Sheets

MAX_FILE = 4 * 1024 * 1024  # bytes; the longest sample file has 55 kB
MAX_ROWS = 100_000  # of a sheet; there are more than twenty thousand example sentences
MAX_FILES = 200  # in an archive
MAX_UNPACKED: Final = 32 * 1024 * 1024  # bytes of all files of an archive

# A spreadsheet takes a cell that begins so for a formula, and runs it.
_RISKY = "=+-@＝＋－＠\t\r"
_GUARD = "'"
_GUARDED = re.compile(f"{_GUARD}[{re.escape(_RISKY + _GUARD)}]")
_SAME_MOMENT = (2020, 1, 1, 0, 0, 0)  # so that the same table gives the same archive


def read_folder(folder: Path, forms: Sequence[Form] = FORMS) -> Sheets:
    """These sheets of a folder; all of them must be there. Raises `BadRows`."""
    faults = Faults()
    sheets = []
    for wanted in forms:
        try:
            sheets.append(_of_folder(folder, wanted))
        except BadRow as bad:
            faults.add(bad)
    faults.stop_if_any()
    return Sheets(tuple(sheets))


def write_folder(sheets: Sheets, folder: Path) -> None:
    """One file a sheet; whatever else is in the folder stays."""
    for name, data in _files(sheets):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def read_zip(data: bytes) -> tuple[Sheet, ...]:
    """The sheets an archive has, by the names of its files; raises `BadRow` or `BadRows`."""
    found: dict[str, list[Sheet]] = {}
    faults = Faults()
    for name, content in _unpacked(data):
        try:
            sheet = parse_csv(content, name, form_of_file(name))
            found.setdefault(sheet.form.name, []).append(sheet)
        except BadRow as bad:
            faults.add(bad)
    faults.stop_if_any()
    return tuple(joined(form(name), sheets) for name, sheets in found.items())


def write_zip(sheets: Sheets) -> bytes:
    """The folder as one archive: the same sheets always give the same bytes."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, data in _files(sheets):
            archive.writestr(ZipInfo(name, _SAME_MOMENT), data, ZIP_DEFLATED)
    return packed.getvalue()


def form_of_file(name: str) -> Form:
    """Which sheet a file holds, by its name or that of its folder; raises `BadRow`."""
    path = PurePosixPath(name)
    for known in (path.parent.name, path.stem):
        try:
            found = form(known)
        except NoSuchEntry:
            continue
        if known == path.stem or found.scattered:
            return found
    listed = "、".join(f"{each.name}.csv" for each in FORMS)
    raise BadRow(name, 1, "", f"认不出是哪张表，文件名应为{listed}之一")


def parse_csv(data: bytes, file: str, wanted: Form) -> Sheet:
    """The rows below the header, whose columns must be exactly the form's; blank rows are dropped.

    UTF-8, with or without the mark that spreadsheets put in front. Columns may be named as in
    files or as officers read them, in any order. Raises `BadRow` or `BadRows`.
    """
    records = _records(_text(data, file), file)
    header = _header(file, next(records, []), wanted)
    rows, origins, faults = [], [], Faults()
    for number, record in enumerate(records, start=2):
        if number > MAX_ROWS:
            raise BadRow(file, number, "", f"行数太多，最多{MAX_ROWS}行")
        if not any(record):
            continue
        if len(record) != len(header):
            faults.add(BadRow(file, number, "", f"有{len(record)}列，应有{len(header)}列"))
            continue
        rows.append(_cells(record, header, wanted))
        origins.append(Origin(file, number))
    faults.stop_if_any()
    return Sheet(wanted, tuple(rows), tuple(origins))


def format_csv(sheet: Sheet) -> bytes:
    """The file that `parse_csv` reads as this sheet, harmless when a spreadsheet opens it."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(sheet.form.names)
    writer.writerows([guarded(cell) for cell in cells] for cells in sheet.rows)
    return text.getvalue().encode()


def guarded(cell: str) -> str:
    """The cell as a spreadsheet may see it; `unguarded` takes the guard away."""
    return _GUARD + cell if cell[:1] and cell[0] in _RISKY + _GUARD else cell


def unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell


def joined(wanted: Form, sheets: Sequence[Sheet]) -> Sheet:
    """Files of one sheet, one after the other."""
    rows = tuple(cells for sheet in sheets for cells in sheet.rows)
    origins = tuple(origin for sheet in sheets for origin in sheet.origins)
    return Sheet(wanted, rows, origins)


def _of_folder(folder: Path, wanted: Form) -> Sheet:
    if not wanted.scattered:
        path = folder / f"{wanted.name}.csv"
        return parse_csv(_contents(path), path.name, wanted)
    paths = sorted((folder / wanted.name).glob("*.csv"))
    if not paths:
        raise BadRow(f"{wanted.name}/", 1, "", "文件夹不存在或没有CSV文件")
    faults, sheets = Faults(), []
    for path in paths:
        try:
            sheets.append(parse_csv(_contents(path), f"{wanted.name}/{path.name}", wanted))
        except BadRow as bad:
            faults.add(bad)
    faults.stop_if_any()
    return joined(wanted, sheets)


def _files(sheets: Sheets) -> Iterator[tuple[str, bytes]]:
    for sheet in sheets.sheets:
        name = sheet.form.name
        path = f"{name}/{name}.csv" if sheet.form.scattered else f"{name}.csv"
        yield path, format_csv(sheet)


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with ZipFile(BytesIO(data)) as archive:
            listed = [info for info in archive.infolist() if not info.is_dir()]
            if len(listed) > MAX_FILES or sum(each.file_size for each in listed) > MAX_UNPACKED:
                raise BadRow("zip", 1, "", "压缩包里的文件太多或太大")
            for info in listed:
                with archive.open(info) as file:
                    yield info.filename, file.read(MAX_FILE + 1)
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as why:
        raise BadRow("zip", 1, "", "不是完好的ZIP压缩包") from why


def _header(file: str, header: list[str], wanted: Form) -> list[str]:
    titles = {column.title: column.name for column in wanted.columns}
    names = [titles.get(cell.strip(), cell.strip()) for cell in header]
    _check_header(file, names, wanted.names)
    return names


def _check_header(file: str, header: list[str], columns: Collection[str]) -> None:
    for column in columns:
        if column not in header:
            raise BadRow(file, 1, column, "缺少这一列")
    if len(header) != len(columns):
        raise BadRow(file, 1, "", f"应只有这些列：{'、'.join(columns)}")


def _cells(record: list[str], header: list[str], wanted: Form) -> Cells:
    named = dict(zip(header, record, strict=True))
    return tuple(unguarded(named[name].strip()) for name in wanted.names)


def _records(text: str, file: str) -> Iterator[list[str]]:
    number = 0
    records = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        for number, record in enumerate(records, start=1):  # noqa: B007 - told when it fails
            yield record
    except csv.Error as why:
        raise BadRow(file, number + 1, "", "引号或逗号不成对，无法分列") from why


def _contents(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)
    except OSError as why:
        raise BadRow(path.name, 1, "", "文件不存在或无法读取") from why


def _text(data: bytes, file: str) -> str:
    if len(data) > MAX_FILE:
        raise BadRow(file, 1, "", f"文件超过{MAX_FILE // 1024 // 1024}MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as why:
        row = data.count(b"\n", 0, why.start) + 1
        raise BadRow(file, row, "", "不是UTF-8编码，请另存为UTF-8的CSV") from why
