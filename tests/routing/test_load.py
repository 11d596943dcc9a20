import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import csv_files
from routing.errors import BadRow
from routing.forms import FORMS
from routing.load import DATA, load_table
from routing.sheets import to_sheets

# The folder also holds what is no part of a table.
FILES = sorted(f"{form.name}.csv" for form in FORMS if (DATA / f"{form.name}.csv").exists())


def spoil(folder, file, old, new):
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def refusal(folder):
    with pytest.raises(BadRow) as caught:
        load_table(folder)
    return caught.value


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("departments.csv", "C002,", "2,", (3, "code")),
        (
            "departments.csv",
            "市委组织部,市委组织部,city",
            "市委组织部,市委组织部,town?",
            (3, "level"),
        ),
        ("departments.csv", "C003,市委宣传部,市委宣传部", "C003,市委宣传部,", (4, "short_name")),
        ("hotlines.csv", "12388", "12388转1", (2, "number")),
        ("hotlines.csv", "12380", "1" * 25, (3, "number")),
        ("hotlines.csv", "national", "nation", (2, "number_kind")),
        ("hotlines.csv", "双号并行", "双号", (2, "consolidation")),
        ("hotlines.csv", "08:30-12:00", "08:30-8:00", (2, "service_hours")),
        ("hotlines.csv", "纪检监察举报,", "纪检监察举报" * 11 + ",", (2, "title")),
        ("areas.csv", "1503,乌海市,city,", "1503,乌海市,city,父", (2, "parent_code")),
        ("emergency.csv", "110,公安报警", "一一零,公安报警", (2, "number")),
        ("readings.csv", "H009,市长热线", "H009,", (2, "spoken_title")),
        ("menu.csv", "root,1,", "root,11,", (2, "key")),
        ("menu.csv", "node:ask\n", "page:ask\n", (2, "target")),
        ("menu.csv", "service:progress", "service:lottery", (6, "target")),
        ("questions.csv", "海勃湾区,H098", "海勃湾区,98", (2, "line")),
        ("questions.csv", "discipline,1,150302", "discipline,1,海勃湾", (2, "area_code")),
        ("readings.csv", "H009,市长热线", "H909,市长热线", (2, "line")),
        ("chains.csv", "H001,H001", "H001,H1", (3, "hops")),
        ("chains.csv", "H002,H002", "H001,H002", (4, "line")),
    ],
)
def test_a_bad_cell_is_refused_with_its_place(folder, file, old, new, place):
    spoil(folder, file, old, new)
    bad = refusal(folder)
    assert (bad.file, bad.row, bad.column) == (file, *place)
    assert bad.reason in str(bad)


def test_the_refusal_is_a_sentence_for_the_administrator(folder):
    spoil(folder, "hotlines.csv", "national", "nation")
    expected = "hotlines.csv 第2行“number_kind”列：“nation”不对，应为national、placeholder之一"
    assert str(refusal(folder)) == expected


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(folder, file):
    (folder / file).unlink()
    assert refusal(folder).file == file


@pytest.mark.parametrize("file", FILES)
def test_a_missing_column_is_named(folder, file):
    path = folder / file
    header, _, rest = path.read_text("utf-8").partition("\n")
    path.write_text(f"x{header}\n{rest}", "utf-8")
    bad = refusal(folder)
    assert (bad.file, bad.row, bad.column) == (file, 1, header.split(",")[0])


def test_a_row_with_too_many_cells_is_refused(folder):
    spoil(folder, "areas.csv", "1503,乌海市,city,", "1503,乌海市,city,,")
    assert (refusal(folder).row, refusal(folder).reason) == (2, "有5列，应有4列")


def test_an_additional_column_is_refused(folder):
    spoil(folder, "chains.csv", "line,hops", "line,hops,note")
    assert refusal(folder).row == 1


def test_a_file_in_another_encoding_is_refused_with_a_remedy(folder):
    (folder / "areas.csv").write_bytes("code,name,level,parent_code\n1,乌海,city,\n".encode("gbk"))
    bad = refusal(folder)
    assert (bad.file, bad.row) == ("areas.csv", 2)
    assert "UTF-8" in bad.reason


def test_a_file_that_a_spreadsheet_saved_reads_the_same(folder, table):
    """Windows spreadsheets add a byte-order mark, CRLF and empty rows at the end."""
    for file in FILES:
        text = (folder / file).read_text("utf-8").replace("\n", "\r\n")
        (folder / file).write_bytes(b"\xef\xbb\xbf" + text.encode() + b"\r\n\r\n")
    assert load_table(folder) == table


def test_too_large_a_file_is_refused_unread(folder):
    (folder / "areas.csv").write_bytes(b"x" * (csv_files.MAX_FILE + 1))
    assert refusal(folder).reason == "文件超过4MB"


def test_too_many_rows_are_refused(folder):
    with (folder / "areas.csv").open("a") as file:
        file.writelines(
            f"{code},村,community,1503\n" for code in range(10, csv_files.MAX_ROWS + 10)
        )
    assert refusal(folder).reason == f"行数太多，最多{csv_files.MAX_ROWS}行"


def test_the_shipped_table_fits_into_a_file_with_room_to_grow(table):
    """All examples go into one sheet of an export, which must come back."""
    assert max(len(sheet.rows) for sheet in to_sheets(table).sheets) < csv_files.MAX_ROWS / 2


@pytest.mark.parametrize("sign", ["\x00", "\x07", '"换\n行"', "\u202e"])
def test_signs_that_cannot_be_seen_are_refused(folder, sign):
    spoil(folder, "areas.csv", "乌海市", sign if sign.startswith('"') else f"乌{sign}海")
    assert refusal(folder).column == "name"


def test_an_open_quote_is_refused_not_swallowed(folder):
    spoil(folder, "areas.csv", "乌海市", '"乌海市')
    assert refusal(folder).file == "areas.csv"


def refused_file(folder):
    try:
        load_table(folder)
    except BadRow as bad:
        return bad.file
    return None


@pytest.fixture(scope="module")
def hostile_folder(tmp_path_factory):
    return shutil.copytree(DATA, tmp_path_factory.mktemp("hostile") / "data")


@given(
    file=st.sampled_from(FILES),
    tail=st.binary(max_size=80) | st.text(alphabet=',"\r\n0H1a: ', max_size=80).map(str.encode),
)
def test_whatever_follows_in_a_file_is_read_or_refused_by_name(hostile_folder, file, tail):
    path = hostile_folder / file
    good = (DATA / file).read_bytes()
    path.write_bytes(good + tail)
    try:
        refused = refused_file(hostile_folder)
    finally:
        path.write_bytes(good)
    assert refused in (file, None)
