"""What was said travels on the channel: bounded, harmless, and never a reason to fail."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.calls.carried import LINES_LIMIT, TEXT_LIMIT, WORDS_LIMIT, read_words, write_words
from ivr.calls.live import Understood
from routing.ids import LineCode

WATER = Understood("家里停水两天了", 0.83, "ROUTE", (LineCode("H090"), LineCode("H091")))

said = st.builds(
    Understood,
    text=st.text(max_size=400),
    confidence=st.floats(0, 1),
    label=st.sampled_from(["ROUTE", "HUMAN", "EMERGENCY:119"]),
    lines=st.lists(st.sampled_from(["H090", "H091", "H092", "H093"]), max_size=5).map(tuple),
)


def test_it_arrives_as_it_was_said():
    human = Understood("找个人", 0.9, "HUMAN")
    assert read_words(write_words((WATER, human))) == (WATER, human)
    assert write_words(()) == ""


@given(st.lists(said, max_size=10))
def test_whatever_is_said_fits_into_one_command_and_into_one_line_of_it(talk):
    """The last sentences stay; what nobody can see, line breaks among it, does not travel."""
    text = write_words(talk)
    assert len(text) <= WORDS_LIMIT
    assert text.isascii()
    assert set(text) <= set(base64.urlsafe_b64encode(bytes(range(256))).decode()) | set("_-=")
    found = read_words(text)
    assert bool(found) == bool(talk)
    for one, before in zip(reversed(found), reversed(talk), strict=False):
        assert one.text.isprintable()
        assert len(one.text) <= TEXT_LIMIT
        assert one.label == before.label
        assert one.lines == before.lines[:LINES_LIMIT]


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_what_is_not_ours_is_nothing(text):
    assert read_words(text) == ()


@pytest.mark.parametrize(
    "packed", [b"", b"[]", b"[1]", b'[["a",2,"b"]]', b'[["a",NaN,"b",[]]]', b"\xff", b"[" * 900]
)
def test_half_of_ours_is_nothing_either(packed):
    assert read_words(base64.urlsafe_b64encode(packed).decode()) == ()


def test_what_was_made_longer_or_louder_on_the_way_is_cut_again():
    packed = base64.urlsafe_b64encode('[["a\\nb\u202e",7.0,"X",[]]]'.encode()).decode()
    assert read_words(packed) == (Understood("a b", 1.0, "X"),)
