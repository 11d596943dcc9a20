import pytest
from hypothesis import given, settings

from routing.diff import applied, changes, merge, reordered
from routing.diff_words import Kind, differences
from routing.forms import FORMS, form
from routing.sheet import Sheet, Sheets
from routing.sheets import to_sheets
from tests.routing.sheet_strategies import TABLES_OF_SHEETS

FEW = settings(max_examples=30)


@pytest.fixture(scope="module")
def shipped(table):
    return to_sheets(table)


def changed(sheets, name, key, **cells):
    sheet = sheets.sheet(name)
    row = {**sheet.form.row(sheet.by_key[key]), **cells}
    return sheets.put(name, key, sheet.form.cells(row))


def adding(sheets, name, *cells):
    return sheets.put(name, None, cells)


def sentences(before, after):
    return [each.sentence for each in differences(before, after)]


def test_a_changed_number_is_told_with_both_numbers(shipped):
    after = changed(shipped, "hotlines", ("H090",), number="04732222222")
    (told,) = differences(shipped, after)
    assert told.sentence == "热线 供水报修 的号码由“04730000090”改为“04732222222”。"
    assert (told.kind, told.key, told.name) == (Kind.CHANGED, ("H090",), "供水报修")
    (cell,) = told.cells
    assert (cell.column, cell.title, cell.after) == ("number", "号码", "“04732222222”")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda s: changed(s, "hotlines", ("H090",), department_code="C002"),
            "热线 供水报修 的单位编号由市自来水公司（C057）改为市委组织部（C002）。",
        ),
        (
            lambda s: changed(s, "menu", ("root", "1"), target="line:H001"),
            "按键菜单 首层 按1“政务咨询” 的去向由菜单“政务咨询”改为热线 纪检监察举报（H001）。",
        ),
        (
            lambda s: changed(s, "chains", ("H001",), hops="H001 H010 QUEUE MESSAGE"),
            (
                "转接次序 纪检监察举报（H001） 的次序由"
                "纪检监察举报（H001）→话务员排队→留言改为"
                "纪检监察举报（H001）→政府总值班室（H010）→话务员排队→留言。"
            ),
        ),
        (
            lambda s: adding(s, "contacts", "H090", "联系人", "王工", "13800000000"),
            (
                "新增联系人 供水报修（H090） 联系人王工：单位或热线编号供水报修（H090），"
                "身份“联系人”，姓名“王工”，电话“13800000000”。"
            ),
        ),
        (
            lambda s: s.without("areas", ("1503",)),
            "删除区域 乌海市。",
        ),
        (
            lambda s: adding(s, "examples", "水龙头不出水", "H090|EMERGENCY:119", ""),
            "新增例句 水龙头不出水：例句“水龙头不出水”，去向供水报修（H090）、EMERGENCY:119。",
        ),
    ],
)
def test_each_kind_of_row_is_told_in_officers_words(shipped, change, sentence):
    assert sentences(shipped, change(shipped)) == [sentence]


def test_rows_in_another_order_are_told_once(shipped):
    areas = shipped.sheet("areas")
    after = shipped.replacing([Sheet(areas.form, tuple(reversed(areas.rows)))])
    assert sentences(shipped, after) == ["区域各行的先后次序变了。"]
    assert reordered(shipped, after) == ("areas",)


@FEW
@given(TABLES_OF_SHEETS, TABLES_OF_SHEETS)
def test_changes_lead_from_one_table_to_the_other(before, after):
    sheets = before
    for change in changes(before, after):
        sheets = applied(sheets, change)
    for old, new in zip(sheets.sheets, after.sheets, strict=True):
        assert old.by_key == new.by_key


@FEW
@given(TABLES_OF_SHEETS, TABLES_OF_SHEETS)
def test_any_difference_has_a_sentence_and_no_difference_none(before, after):
    assert differences(before, before) == ()
    told = differences(before, after)
    assert all(each.sentence.endswith("。") for each in told)
    assert bool(told) == (before != after)


EMPTY = Sheets(tuple(Sheet(each) for each in FORMS))
BASE = EMPTY.replacing(
    [Sheet(form("landmarks"), (("公园", "海勃湾区"), ("车站", "乌达区"), ("医院", "海南区")))]
)


def landmark(sheets, name, old, new):
    return sheets.put("landmarks", (name, old), (name, new))


def test_changes_of_different_rows_are_joined():
    mine = adding(BASE, "landmarks", "广场", "海南区")
    theirs = BASE.without("landmarks", ("车站", "乌达区"))
    merged = merge(BASE, mine, theirs)
    assert merged.conflicts == ()
    assert set(merged.sheets.sheet("landmarks").rows) == {
        ("公园", "海勃湾区"),
        ("医院", "海南区"),
        ("广场", "海南区"),
    }


def test_the_same_change_twice_is_no_conflict():
    both = BASE.without("landmarks", ("公园", "海勃湾区"))
    assert merge(BASE, both, both) == merge(BASE, BASE, both)


def test_a_row_that_both_changed_is_a_conflict_until_mine_is_preferred(shipped):
    mine = changed(shipped, "hotlines", ("H090",), number="111")
    theirs = changed(shipped, "hotlines", ("H090",), number="222")
    merged = merge(shipped, mine, theirs)
    (conflict,) = merged.conflicts
    assert (conflict.sheet, conflict.key) == ("hotlines", ("H090",))
    assert merged.sheets == theirs
    preferred = merge(shipped, mine, theirs, {("hotlines", ("H090",))})
    assert preferred.conflicts == ()
    assert preferred.sheets == mine


def test_a_row_that_one_removed_and_the_other_changed_is_a_conflict(shipped):
    mine = shipped.without("hotlines", ("H090",))
    theirs = changed(shipped, "hotlines", ("H090",), number="222")
    assert len(merge(shipped, mine, theirs).conflicts) == 1
    assert len(merge(shipped, theirs, mine).conflicts) == 1


@FEW
@given(TABLES_OF_SHEETS, TABLES_OF_SHEETS)
def test_merging_with_an_unchanged_side_gives_the_other(base, other):
    assert merge(base, base, other).sheets == other
    merged = merge(base, other, base)
    assert merged.conflicts == ()
    for mine, theirs in zip(merged.sheets.sheets, other.sheets, strict=True):
        assert mine.by_key == theirs.by_key
