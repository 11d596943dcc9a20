from random import Random

from hypothesis import given
from hypothesis import strategies as st

from routing.kindred import Rewording, kindred

WORDS = {"晕倒": ("昏倒",), "昏倒": ("晕倒",), "老师": ("同学", "家长"), "晕": ("昏",)}
EVERY = Rewording(kindred())


def test_a_sentence_is_said_with_other_words_and_the_rest_stays():
    said = Rewording(WORDS).reword("我家老师晕倒了", Random(1))
    assert said != "我家老师晕倒了"
    assert said.startswith("我家")
    assert said.endswith("倒了")


def test_of_words_within_words_the_longest_goes():
    assert Rewording(WORDS).reword("晕倒", Random(1)) == "昏倒"


def test_what_decides_neither_goes_nor_comes():
    rewording = Rewording({**WORDS, "人": ("老师", "同学")}, untouched=["晕倒", "老师"])
    said = {rewording.reword("老师晕倒，人昏倒", Random(chance)) for chance in range(20)}
    assert said == {"老师晕倒，同学昏倒"}


def test_a_sentence_without_such_words_stays():
    assert Rewording(WORDS).reword("路灯", Random(1)) == "路灯"


@given(st.text(max_size=40), st.integers(0, 5))
def test_the_same_chance_says_the_same(text: str, chance: int):
    assert EVERY.reword(text, Random(chance)) == EVERY.reword(text, Random(chance))


def test_every_word_has_others_and_none_is_its_own():
    assert len(kindred()) > 5000
    assert all(others and word not in others for word, others in kindred().items())
