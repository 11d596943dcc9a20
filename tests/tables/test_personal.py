"""Somebody's number is found however it is written; what is no number is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.tables.personal import MASK, has_numbers, without_numbers


@pytest.mark.parametrize(
    "number",
    [
        "13804730001",
        "138 0473 0001",
        "138-0473-0001",
        "+86 138 0473 0001",
        "１３８０４７３０００１",
        "①③⑧⓪④⑦③⓪⓪⓪①",
        "幺三八零四七三零零零幺",
        "一三八，零四七三，零零零一",
        "138\u200b0473\u200b0001",
        "2026666",
        "(0473) 202-6666",
        "15030219900307123X",
        "150302199003071234",
        "6222 0212 3456 7890 123",
        "zhang.ming@example.cn",
    ],
)
def test_a_number_of_somebody_is_found_and_masked_whole(number):
    said = f"我家停水了，打{number}找我"
    assert has_numbers(said)
    masked = without_numbers(said)
    assert MASK in masked
    assert not any(sign.isdigit() or sign in "幺三八@" for sign in masked)
    assert masked.startswith("我家停水了")


@pytest.mark.parametrize(
    "said",
    [
        "打12345没人接",
        "95598说不归他们管",
        "3号楼2单元501停水两天了",
        "2026年11月23日停的水",
        "一二三四五楼都没水",
        "十一二三天没来水了",
        "",
    ],
)
def test_hotlines_dates_and_house_numbers_are_nobodys(said):
    assert not has_numbers(said)
    assert without_numbers(said) == said


@given(st.text("0123幺三 -x@.ac家，\u200b①", max_size=40) | st.text(max_size=300))
def test_whatever_is_masked_has_no_number_left(text):
    assert not has_numbers(without_numbers(text))
