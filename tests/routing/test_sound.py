import pytest

from routing.reading import sound_table
from routing.sound import folded, parts_of

SOUNDS = sound_table(["厨房着火了", "去银行办重新登记"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("zhang", "zan"), ("cheng", "cen"), ("shi", "si"), ("nan", "lang"), ("ren", "leng")),
        *(("fang", "huang"), ("fei", "hui"), ("fu", "hu"), ("xin", "xing"), ("zhuai", "zhuan")),
    ],
)
def test_syllables_that_recognisers_take_for_one_another_are_one(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("ba", "pa"), ("shui", "dian"), ("ji", "qi")])
def test_syllables_that_are_told_apart_stay_apart(one, other):
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("meant", "heard"),
    [("养老金", "杨老金"), ("公积金", "攻击金"), ("转人工", "拽人共"), ("低保", "底包")],
)
def test_what_a_recogniser_writes_sounds_like_what_was_said(meant, heard):
    assert SOUNDS.of(meant) == SOUNDS.of(heard)


def test_a_character_sounds_as_its_neighbours_make_it_sound():
    assert SOUNDS.of("着火") == SOUNDS.of("找火")
    assert SOUNDS.of("银行") == SOUNDS.of("银航")


def test_a_sound_is_as_long_as_its_text_and_other_signs_stand_for_themselves():
    assert SOUNDS.of("a停，水") == f"a{SOUNDS.of('停')}，{SOUNDS.of('水')}"


def test_a_syllable_falls_into_initial_and_final():
    assert parts_of("zan") == ("z", "an")
    assert parts_of("an") == ("", "an")
