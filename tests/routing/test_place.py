import pytest

from routing.hearing import Ear, Tables
from routing.outcomes import Districts
from routing.reading import simplified, sound_table


@pytest.fixture(scope="module")
def ear(table):
    names = [area.name for area in table.directory.areas]
    return Ear(table.directory, table.lexicon, Tables(simplified(), sound_table(names)))


def names(table, ear, text, area=""):
    return {table.directory.area(code).name for code in ear.hear(text, area).areas}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我家在海勃湾停水了", "海勃湾区"),
        ("海区这边垃圾没人收", "海勃湾区"),
        ("我是狮城社区的", "狮城社区居委会"),
        ("狮城小区门口", "狮城社区居委会"),
        ("新华西街道的网格员", "新华西街道"),
        ("新华社区的网格员", "新华社区居委会"),
        ("新华街道的网格员", "新华街道"),
        ("王元地村宅基地", "王元地村委会"),
        ("乌达那边的路灯", "乌达区"),
        ("巴音陶亥收粮的", "巴音陶亥镇"),
    ],
)
def test_places_are_known_by_the_names_people_use(table, ear, text, name):
    assert names(table, ear, text) == {name}


@pytest.mark.parametrize(
    ("text", "name"),
    [("我在孩波湾住", "海勃湾区"), ("前里山那边", "千里山镇"), ("风黄岭这边", "凤凰岭街道")],
)
def test_a_long_name_is_known_by_its_sound(table, ear, text, name):
    assert names(table, ear, text) == {name}


def test_the_city_as_a_whole_says_nothing(table, ear):
    assert names(table, ear, "我在乌海买房") == set()


@pytest.mark.parametrize("text", ["新华书店卖的书", "屋里雾大", "五大连池"])
def test_words_that_only_look_or_sound_like_a_place_are_none(table, ear, text):
    assert names(table, ear, text) == set()


def test_a_name_in_two_districts_stays_open_until_something_decides(table, ear):
    districts = Districts(table)
    both = ear.hear("我住幸福社区").areas
    assert districts.of_areas(both) == ("150302", "150304")
    assert districts.of_areas(ear.hear("我住乌达的幸福社区").areas) == ("150304",)


def test_what_the_sentence_says_goes_before_what_was_known(table, ear):
    assert names(table, ear, "我家在乌达", "新华街道") == {"乌达区"}
    assert names(table, ear, "我家停水", "新华街道") == {"新华街道"}


def test_the_most_precise_of_several_names_counts(table, ear):
    assert names(table, ear, "海勃湾滨河街道这边") == {"滨河街道"}


def test_every_area_is_known_by_the_name_that_forms_write(table, ear):
    for area in table.directory.areas:
        if area.level.value != "city":
            assert area.code in ear.hear("停水了", area.name).areas
