from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from openpyxl import Workbook, load_workbook

from routing import xlsx_files
from routing.errors import BadRow, BadRows
from routing.forms import AREAS, NOTICES
from routing.sheet import Sheet, Sheets
from routing.sheets import from_sheets, to_sheets
from routing.xlsx_files import read_xlsx, write_xlsx
from tests.routing.sheet_strategies import TABLES_OF_SHEETS

AREA = ("1503", "乌海市", "city", "")


def workbook(*rows, title="区域", header=("编号", "名称", "层级", "上级编号")):
    book = Workbook()
    page = book.active
    page.title = title
    page.append(header)
    for row in rows:
        page.append(row)
    return saved(book)


def saved(book):
    data = BytesIO()
    book.save(data)
    return data.getvalue()


def refused(data):
    with pytest.raises(BadRow) as caught:
        read_xlsx(data, "a.xlsx")
    return caught.value


@settings(max_examples=15)
@given(TABLES_OF_SHEETS)
def test_a_workbook_gives_back_every_cell(drawn):
    assert Sheets(read_xlsx(write_xlsx(drawn), "a.xlsx")) == drawn


def test_the_shipped_table_comes_back(table):
    assert from_sheets(Sheets(read_xlsx(write_xlsx(to_sheets(table)), "a.xlsx"))) == table


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "=1+1"])
def test_what_looks_like_a_formula_is_text_that_begins_with_a_quote(text):
    sheets = Sheets((Sheet(AREAS, (("15", text, "city", ""),)),))
    cell = load_workbook(BytesIO(write_xlsx(sheets)))["区域"]["B2"]
    assert (cell.data_type, cell.value) == ("s", f"'{text}")
    assert Sheets(read_xlsx(write_xlsx(sheets), "a.xlsx")) == sheets


def test_numbers_that_a_spreadsheet_made_of_text_are_text_again():
    (sheet,) = read_xlsx(workbook((1503, "乌海市", "city", None), (15.0, "x", "city", "")), "a")
    assert sheet.rows == (AREA, ("15", "x", "city", ""))


def test_dates_are_read_as_moments():
    header = [column.title for column in NOTICES.columns]
    row = ("", "停水", datetime(2026, 11, 23, 8, 30), datetime(2026, 11, 24, 0, 0, 1))  # noqa: DTZ001
    (sheet,) = read_xlsx(workbook(row, title="公告", header=header), "a.xlsx")
    assert sheet.rows == (("", "停水", "2026-11-23 08:30", "2026-11-24 00:00:01"),)


def test_every_cell_that_can_not_be_read_is_told_with_its_place():
    rows = [AREA, ("15", "=1+1", "city", ""), (12345678901234567890, "x", "city", ""), AREA]
    with pytest.raises(BadRows) as caught:
        read_xlsx(workbook(*rows), "a.xlsx")
    told = [(bad.file, bad.row, bad.column, bad.reason[:6]) for bad in caught.value.rows]
    assert told == [
        ("a.xlsx[区域]", 3, "name", "这一格是公式"),
        ("a.xlsx[区域]", 4, "code", "数字太长，位"),
    ]


def test_blank_rows_and_columns_named_as_in_files_are_taken():
    header = ("level", "code", "name", "parent_code")
    data = workbook(("city", "1503", "乌海市"), (None, " ", None), header=header)
    (sheet,) = read_xlsx(data, "a.xlsx")
    assert sheet.rows == (AREA,)
    assert sheet.origins[0].row == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (workbook(AREA, title="颜色"), "认不出这张工作表"),
        (workbook(AREA, header=("编号", "名称", "层级")), "缺少这一列"),
        (workbook(AREA, header=("编号", "名称", "层级", "上级编号", "颜色")), "应只有这些列"),
        (workbook((*AREA, "多余")), "有内容写在第4列之后"),
        (b"PK\x03\x04 not really", "不是完好的XLSX文件"),
        (b"", "不是完好的XLSX文件"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(data, reason):
    assert refused(data).reason.startswith(reason)


def repacked(data, change):
    out = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(xlsx_files, "MAX_UNPACKED", 1_000)
    assert "太大" in refused(workbook(AREA)).reason


def test_declarations_in_the_xml_are_refused():
    def add(name, content):
        return b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + content if name.endswith(".xml") else content

    assert "声明" in refused(repacked(workbook(AREA), add)).reason


def test_a_damaged_sheet_is_refused_by_name():
    def cut(name, content):
        return content[: len(content) // 2] if "sheet1" in name else content

    assert "完好" in refused(repacked(workbook(AREA), cut)).reason


def test_more_rows_than_a_table_has_are_refused(monkeypatch):
    monkeypatch.setattr(xlsx_files, "MAX_ROWS", 3)
    rows = [(str(code), "村", "community", "") for code in range(10, 20)]
    assert refused(workbook(*rows)).reason == "行数太多，最多3行"
