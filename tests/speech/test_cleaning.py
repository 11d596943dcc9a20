"""What Whisper invents is not taken for what callers say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("ctranslate2", reason="the extra `speech` is not installed")

from ivr.kernel.heard import Hypothesis
from ivr.speech.engines.whisper.cleaning import cleaned, is_invented, tidy, unbroken
from ivr.speech.engines.whisper.engine import PROMPT, prompt_with
from ivr.speech.engines.whisper.model import Reading


def texts(*readings, prompt=PROMPT):
    return [one.text for one in cleaned(readings, prompt)]


def test_readings_are_simplified_and_each_is_told_once():
    found = texts(Reading("我家沒水", -0.2, 0.1), Reading("我家没水", -0.3, 0.1))
    assert found == ["我家没水"]


@pytest.mark.parametrize(
    "said",
    ["谢谢观看", "字幕由某某提供", "请不吝点赞订阅", "뭐야 뭐야", "。。。", "暖气不热，水费怎么交"],
)
def test_what_nobody_said_is_dropped(said):
    assert texts(Reading(said, -0.1, 0.1)) == []


def test_noise_and_guesses_are_dropped():
    assert texts(Reading("好", -1.5, 0.9), Reading("供水", -2.5, 0.1)) == []


def test_words_of_the_prompt_may_be_said():
    assert texts(Reading("水费怎么交", -0.2, 0.1)) == []
    assert texts(Reading("我要问社保卡丢了以后去哪儿补办", -0.2, 0.1)) != []
    assert texts(Reading("暖气不热", -0.2, 0.1)) == ["暖气不热"]


def test_a_loop_is_said_once():
    assert tidy("第二个第二个第二个第二个第二个") == "第二个"
    assert tidy("对，对，对，对，对") == "对"
    assert tidy("请稍候请稍候。") == "请稍候"
    assert tidy("请稍候请稍候，请稍候") == "请稍候"
    assert tidy("谢谢") == "谢谢"
    assert tidy("脆人共﹑脆人共１脆人共﹑脆人共") == "脆人共"


def test_a_sign_that_nobody_said_is_no_part_of_the_sentence():
    assert tidy("找人过６") == "找人过"
    assert tidy("不会操作帮我传Ｇ") == "不会操作帮我传"
    assert tidy("我要去4号楼？") == "我要去4号楼？"


def test_places_that_are_likely_stand_in_the_prompt():
    assert "海勃湾区" in prompt_with(("海勃湾区", "乌达区"))
    assert prompt_with(()) == PROMPT


@pytest.mark.parametrize(
    ("read", "kept"),
    [
        (("鸿", "工友从架子上摔下来头上全是血"), (1,)),
        (("人工", "人工人工", "人工服务"), (0, 1, 2)),
        (("人工", "让工", "我要办人工受孕的手续"), (0, 1, 2)),
        (("水", "？"), (0, 1)),
    ],
    ids=["broke off", "all are short", "the long one is alone", "no syllable at all"],
)
def test_a_reading_that_broke_off_is_dropped_where_half_of_them_go_on(read, kept):
    readings = tuple(Hypothesis(text, -0.3) for text in read)
    assert unbroken(readings) == tuple(readings[at] for at in kept)


@given(st.lists(st.text("人工水？", max_size=9), max_size=10))
def test_of_whatever_was_read_something_stays(texts):
    readings = tuple(Hypothesis(text, -0.3) for text in texts)
    assert bool(unbroken(readings)) == bool(readings)


@given(st.text(max_size=300), st.floats(-20, 0), st.floats(0, 1))
def test_anything_the_model_writes_is_read(text, score, silence):
    for one in cleaned([Reading(text, score, silence)], PROMPT):
        assert not is_invented(one.text, PROMPT)
        assert one.score <= 0
