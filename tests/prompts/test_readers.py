"""What callers hear of numbers, dates and times is what a Chinese speaker would say."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.kernel.sound import flat, words
from prompts import readers
from prompts.readers import LARGEST, Measure
from prompts.vocabulary import LIANG, PAUSE, vocabulary


def said(spoken):
    return words((spoken,))


def classical(value):
    """An independent reader: one character at a time, zeros folded, 两 put in afterwards."""
    units = ["", "十", "百", "千", "万", "十", "百", "千"]
    numerals = "零一二三四五六七八九"
    figures = str(value)
    out = ""
    for place, figure in zip(reversed(range(len(figures))), figures, strict=True):
        if figure != "0":
            out += numerals[int(figure)] + units[place]
        elif place == 4 and value >= 10_000 and (value // 10_000) % 10 == 0:
            out += "万零"
        else:
            out += "零"
    while "零零" in out:
        out = out.replace("零零", "零")
    out = out.replace("零万", "万").rstrip("零")
    if value // 10_000 % 10 == 0 and value % 10_000 >= 1000:
        out = out.replace("万零", "万")
    out = out.removeprefix("一") if out.startswith("一十") else out
    out = out.replace("二千", "两千")
    return "两" + out[1:] if out.startswith("二万") else out or "零"


@given(st.one_of(st.integers(0, LARGEST), st.integers(0, 20_000)))
def test_any_number_reads_as_an_independent_reader_reads_it(value):
    assert said(readers.number(value)) == classical(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (102, "一百零二"),
        (110, "一百一十"),
        (112, "一百一十二"),
        (200, "二百"),
        (2000, "两千"),
        (2002, "两千零二"),
        (10_012, "一万零一十二"),
        (20_000, "两万"),
        (22_000, "两万两千"),
        (120_000, "十二万"),
        (1_020_000, "一百零二万"),
        (10_010_010, "一千零一万零一十"),
        (99_999_999, "九千九百九十九万九千九百九十九"),
    ],
)
def test_numbers_that_beginners_get_wrong(value, text):
    assert said(readers.number(value)) == text


@pytest.mark.parametrize("value", [-1, LARGEST + 1])
def test_a_number_out_of_range_is_refused(value):
    with pytest.raises(ValueError, match="not in"):
        readers.number(value)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("13804730001", "幺三八，零四七三，零零零幺"),
        ("04730000090", "零四七三，零零零，零零九零"),
        ("12345678", "幺二三四，五六七八"),
        ("2345678", "二三四，五六七八"),
        ("12345", "幺二三四五"),
        ("114", "幺幺四"),
        ("8613804730001", "八六幺三，八零四七，三零零零，幺"),
    ],
)
def test_numbers_to_dial_have_the_pauses_people_make(number, text):
    assert said(readers.digits(number)) == text


@given(st.text("0123456789", min_size=1, max_size=20))
def test_every_digit_is_heard_once_and_in_order(number):
    heard = [sound for sound in flat((readers.digits(number),)) if sound != PAUSE]
    assert "".join(sound.id.removeprefix("digit.") for sound in heard) == number


@pytest.mark.parametrize("hostile", ["", "12a", "１２", "12 34", "-1", "٣"])
def test_what_is_no_number_is_not_read(hostile):
    with pytest.raises(ValueError, match="digit by digit"):
        readers.digits(hostile)


def test_a_deadline_is_a_date_with_its_weekday():
    friday = date(2026, 11, 27)
    assert said(readers.date(friday)) == "十一月二十七日"
    assert said(readers.date(friday, weekday=True)) == "十一月二十七日星期五"
    assert said(readers.date(date(2026, 12, 20), weekday=True)) == "十二月二十日星期日"


def test_a_year_is_read_digit_by_digit_with_one_as_yi():
    assert said(readers.year(2026)) == "二〇二六年"
    assert [sound.id for sound in flat((readers.year(2017),))][2] == "number.1"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (time(0, 5), "凌晨零点零五分"),
        (time(6, 0), "早上六点"),
        (time(8, 30), "上午八点三十分"),
        (time(12, 0), "中午十二点"),
        (time(14, 30), "下午两点三十分"),
        (time(17, 59, 59), "下午五点五十九分"),
        (time(23, 1), "晚上十一点零一分"),
    ],
)
def test_a_time_of_day_names_its_part_of_the_day(at, text):
    assert said(readers.time_of_day(at)) == text


def test_places_and_counts_choose_between_er_and_liang():
    assert said(readers.place(2)) == "第二位"
    assert said(readers.ordinal(12)) == "第十二"
    assert said(readers.count(2, Measure.MINUTE)) == "两分钟"
    assert said(readers.count(12, Measure.WORKING_DAY)) == "十二个工作日"
    assert flat((readers.count(2, Measure.PERSON),))[0] == LIANG


@pytest.mark.parametrize(
    ("key", "text"),
    [("1", "请按1。"), ("0", "请按0。"), ("*", "请按星号键。"), ("#", "请按井号键。")],
)
def test_keys_are_named_as_menus_name_them(key, text):
    assert said(readers.press(key)) == text


SPOKEN = st.one_of(
    st.builds(readers.number, st.integers(0, LARGEST)),
    st.builds(readers.place, st.integers(0, LARGEST)),
    st.builds(readers.count, st.integers(0, LARGEST), st.sampled_from(Measure)),
    st.builds(lambda day: readers.date(day, weekday=True), st.dates()),
    st.builds(readers.year, st.integers(1, 9999)),
    st.builds(readers.time_of_day, st.times()),
    st.builds(readers.digits, st.text("0123456789", min_size=1, max_size=20)),
    st.builds(readers.press, st.sampled_from("0123456789*#")),
)


@given(SPOKEN)
def test_readers_use_only_clips_of_the_vocabulary(spoken):
    known = {sound.id for sound in vocabulary()}
    assert {sound.id for sound in flat((spoken,))} <= known


def test_each_clip_of_the_vocabulary_has_one_text():
    ids = [sound.id for sound in vocabulary()]
    assert len(ids) == len(set(ids))
