import pytest
from hypothesis import given, settings

from routing.csv_files import (
    format_csv,
    guarded,
    parse_csv,
    read_folder,
    read_zip,
    unguarded,
    write_folder,
    write_zip,
)
from routing.errors import BadRow, BadRows, NoSuchEntry
from routing.forms import AREAS, EXAMPLES, HOTLINES, MENU, form
from routing.rows import MAX_TOLD
from routing.sheet import Sheet, Sheets
from routing.sheets import from_sheets, tidy, to_sheets
from routing.table import table_json
from tests.routing.sheet_strategies import TABLES_OF_SHEETS, WORDS

FEW = settings(max_examples=40)


def test_the_shipped_table_is_the_same_after_any_number_of_ways(table):
    written = to_sheets(table)
    assert from_sheets(written) == table
    assert table_json(from_sheets(Sheets(read_zip(write_zip(written))))) == table_json(table)


@FEW
@given(TABLES_OF_SHEETS)
def test_whatever_sheets_say_they_say_again(drawn):
    """Sheets may list what the table keeps together, so the table is compared, then its sheets."""
    table = from_sheets(drawn)
    written = to_sheets(table)
    assert from_sheets(written) == table
    assert to_sheets(from_sheets(written)) == written


@FEW
@given(TABLES_OF_SHEETS)
def test_csv_gives_back_every_cell(drawn):
    assert Sheets(read_zip(write_zip(drawn))) == drawn


def test_a_folder_gives_back_the_table(table, tmp_path):
    write_folder(to_sheets(table), tmp_path)
    assert from_sheets(read_folder(tmp_path)) == table


@given(WORDS)
def test_a_guard_is_taken_away_again_and_nothing_else(cell):
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "＝1"])
def test_a_spreadsheet_sees_no_formula(cell):
    written = format_csv(Sheet(AREAS, (("15", cell, "city", ""),)))
    assert f"'{cell}".encode() in written
    assert parse_csv(written, "areas.csv", AREAS).rows == (("15", cell, "city", ""),)


def test_columns_may_be_named_as_officers_read_them_and_in_any_order():
    text = "名称,编号,层级,上级编号\n乌海市,1503,city,\n"
    assert parse_csv(text.encode(), "x", AREAS).rows == (("1503", "乌海市", "city", ""),)


def test_every_bad_row_is_told_with_its_place(folder):
    text = (folder / "areas.csv").read_text("utf-8")
    (folder / "areas.csv").write_text(f"{text}x,村,community,1503\n1599,,street,1503\n", "utf-8")
    (folder / "chains.csv").write_text("line,hops\n0,QUEUE MESSAGE\nH001,H1\n", "utf-8")
    with pytest.raises(BadRows) as caught:
        from_sheets(read_folder(folder))
    last = text.count("\n")
    told = [(bad.file, bad.row, bad.column) for bad in caught.value.rows]
    expected = [("areas.csv", last + 1, "code"), ("areas.csv", last + 2, "name")]
    assert told == [("chains.csv", 3, "hops"), *expected]
    assert str(caught.value).count("\n") == 2


def test_a_thousand_bad_rows_are_counted_and_the_first_told():
    rows = tuple((f"x{n}", "村", "community", "") for n in range(1000))
    sheets = Sheets(tuple(Sheet(each, rows if each is AREAS else ()) for each in all_forms()))
    with pytest.raises(BadRows) as caught:
        from_sheets(sheets)
    assert (caught.value.count, len(caught.value.rows)) == (1000, MAX_TOLD)
    assert str(caught.value).endswith(f"另有{1000 - MAX_TOLD}行也不对")


def all_forms():
    from routing.forms import FORMS  # noqa: PLC0415 - one use

    return FORMS


def test_a_row_with_a_key_that_is_taken_is_refused_but_the_same_sentence_twice_is_one():
    twice = (("H001", "H001"), ("H001", "QUEUE"))
    empty = {each.name: Sheet(each) for each in all_forms()}
    empty["chains"] = Sheet(form("chains"), twice)
    with pytest.raises(BadRow, match="“H001”已经有一行"):
        from_sheets(Sheets(tuple(empty.values())))
    again = (("停水了", "H001", ""),) * 2
    empty |= {"chains": Sheet(form("chains")), "examples": Sheet(EXAMPLES, again)}
    assert len(from_sheets(Sheets(tuple(empty.values()))).lexicon.examples) == 1


def test_a_choice_is_put_where_its_key_stands():
    menu = Sheet(MENU, (("root", "1", "a", ""), ("root", "3", "c", ""), ("ask", "1", "x", "")))
    put = menu.put(None, ("root", "2", "b", ""))
    assert [row[:2] for row in put.rows] == [
        ("root", "1"),
        ("root", "2"),
        ("root", "3"),
        ("ask", "1"),
    ]
    moved = put.put(("root", "1"), ("root", "5", "a", ""))
    assert [row[:2] for row in moved.rows[:3]] == [("root", "2"), ("root", "3"), ("root", "5")]
    assert menu.put(("root", "3"), ("root", "3", "neu", "")).rows[1][2] == "neu"


def test_a_row_that_is_replaced_stays_where_it_is():
    sheet = Sheet(AREAS, (("1", "a", "city", ""), ("2", "b", "city", "")))
    assert sheet.put(("1",), ("3", "c", "city", "")).rows == (
        ("3", "c", "city", ""),
        ("2", "b", "city", ""),
    )
    assert sheet.without(("1",)).rows == (("2", "b", "city", ""),)


def test_a_row_is_tidied_as_it_will_be_written():
    row = {"code": "H001", "department_code": "C001", "title": "水", "number": "0473-1234"}
    more = {"number_kind": "national", "consolidation": "双号并行", "service_hours": "24h"}
    cells = HOTLINES.cells({**row, **more, "duty": " 管水 "})
    assert HOTLINES.row(tidy(HOTLINES, cells))["number"] == "04731234"
    with pytest.raises(BadRow, match="duty"):
        tidy(HOTLINES, HOTLINES.cells({**row, **more}))
    with pytest.raises(NoSuchEntry):
        HOTLINES.cells({"colour": "red"})


@pytest.mark.parametrize("data", [b"", b"PK", b"\x00" * 100])
def test_what_is_no_archive_is_refused_by_name(data):
    with pytest.raises(BadRow, match="ZIP"):
        read_zip(data)
