from hypothesis import given
from hypothesis import strategies as st

from routing.reading import simplified
from routing.text import MAX_READ, PAUSE, Alphabet, read

ALPHABET = Alphabet(simplified())


def signs(text):
    return read(text, ALPHABET).signs


def test_traditional_characters_both_widths_and_digits_are_read_alike():
    assert signs("養老金認證") == "养老金认证"
    assert signs("１２３４５ ＡＰＰ") == signs("12345 app") == "一二三四五，app"


def test_punctuation_blanks_and_pictures_are_one_pause_and_none_at_the_front():
    assert signs("  !!停水了。。。😀 两天") == "停水了，两天"


def test_every_sign_knows_where_it_stood():
    text = read("喂！停 水", ALPHABET)
    start = text.signs.index("水")
    assert text.original[slice(*text.span(start, start + 1))] == "水"


@given(st.text(st.characters(), max_size=1200))
def test_any_text_at_all_is_read_within_bounds(text):
    heard = read(text, ALPHABET)
    assert len(heard.signs) == len(heard.at) <= MAX_READ
    assert f"{PAUSE}{PAUSE}" not in heard.signs
    assert list(heard.at) == sorted(set(heard.at))
