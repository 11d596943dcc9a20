"""Import and export: the sheets of a table as files, read and written in a worker process."""

from __future__ import annotations

from enum import Enum
from typing import Final

from attrs import frozen

from ivr.tables.ports import Workshop
from routing.csv_files import MAX_UNPACKED, form_of_file, parse_csv, read_zip, write_zip
from routing.errors import BadRow
from routing.hsds import read_hsds, write_hsds
from routing.sheet import Sheet, Sheets
from routing.xlsx_files import read_xlsx, write_xlsx

MAX_IMPORT: Final = MAX_UNPACKED  # bytes


class FileKind(Enum):
    """What a table can be exported as, by the ending of the file."""

    CSV = "zip"  # one CSV a sheet, in one archive
    XLSX = "xlsx"
    HSDS = "json"  # Open Referral HSDS 3


MEDIA_TYPES: Final = {
    FileKind.CSV: "application/zip",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.HSDS: "application/json",
}

_WRITERS: Final = {
    FileKind.CSV: write_zip,
    FileKind.XLSX: write_xlsx,
    FileKind.HSDS: write_hsds,
}


@frozen
class Exchanging:
    """Files in, files out."""

    workshop: Workshop

    async def export(self, sheets: Sheets, kind: FileKind) -> bytes:
        """The file; importing it gives back these sheets."""
        return await self.workshop.run(write_file, sheets, kind)

    async def read(self, name: str, data: bytes) -> tuple[Sheet, ...]:
        """The sheets of a file, its kind told by its name: .csv, .zip, .xlsx, .json.

        Raises `BadRow` or `BadRows`. Whether its rows are right is judged when they are taken in.
        """
        return await self.workshop.run(read_file, name, data)


def write_file(sheets: Sheets, kind: FileKind) -> bytes:
    """What `Exchanging.export` does, in the present process."""
    return _WRITERS[kind](sheets)


def read_file(name: str, data: bytes) -> tuple[Sheet, ...]:
    """What `Exchanging.read` does, in the present process."""
    if len(data) > MAX_IMPORT:
        raise BadRow(name, 1, "", f"文件超过{MAX_IMPORT // 1024 // 1024}MB")
    found = _read(name, data)
    if not found:
        raise BadRow(name, 1, "", "文件里一张表也没有")
    return found


def _read(name: str, data: bytes) -> tuple[Sheet, ...]:
    match name.rpartition(".")[2].lower():
        case "csv":
            return (parse_csv(data, name, form_of_file(name)),)
        case FileKind.CSV.value:
            return read_zip(data)
        case FileKind.XLSX.value:
            return read_xlsx(data, name)
        case FileKind.HSDS.value:
            return read_hsds(data, name)
        case _:
            raise BadRow(name, 1, "", "只能导入 .csv、.zip、.xlsx 或 .json 文件")
