import pytest

from routing.directory import Consolidation, NumberKind, UnitLevel
from routing.errors import NoSuchEntry


def test_the_sample_directory_is_complete(table):
    directory = table.directory
    counts = [len(directory.units), len(directory.lines), len(directory.areas)]
    assert counts == [99, 139, 113]
    assert len(directory.emergency) == 10


def test_a_line_knows_its_unit_number_and_hours(table):
    line = table.directory.line("H090")
    assert (line.number, line.number_kind) == ("04730000090", NumberKind.PLACEHOLDER)
    assert line.consolidation is Consolidation.MERGED
    assert str(line.hours) == "24h"
    assert table.directory.unit_of("H090").short_name == "自来水公司"
    assert table.directory.unit_of("H132").level is UnitLevel.TOWN


def test_every_number_is_digits_only(table):
    assert all(line.number.isdecimal() and line.number.isascii() for line in table.directory.lines)


def test_spoken_titles_are_plain_chinese_and_tell_the_streets_apart(table):
    titles = [line.spoken_title for line in table.directory.lines]
    assert all("\u4e00" <= sign <= "\u9fff" for title in titles for sign in title)
    assert len(set(titles)) == 139


@pytest.mark.parametrize("look_up", ["unit", "line", "area", "unit_of"])
def test_an_unknown_code_is_named_in_the_error(table, look_up):
    with pytest.raises(NoSuchEntry, match="X999"):
        getattr(table.directory, look_up)("X999")


def test_an_area_lies_in_its_street_district_and_city(table):
    names = [area.name for area in table.directory.area_path("150304009010")]
    assert names == ["乌海市", "乌达区", "巴音赛街道", "幸福社区居委会"]
    assert table.directory.is_within("150304009010", "150304")
    assert not table.directory.is_within("150304009010", "150302")
