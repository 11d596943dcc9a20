"""Sentences for the ear become sentences for the eye."""

from __future__ import annotations

import datetime as dt

import pytest

from agi_scripts import words
from ivr.calls.chat_screen import OPTIONS, TEXTS, Option, Screen, Who, shown
from ivr.kernel.sound import flat
from prompts import readers
from prompts.catalogue import PROMPTS
from routing.load import load_table

TABLE = load_table()
FOR_THE_EAR = ("请按", "提示音", "请说", "听", "星号键", "井号键", "录音", "通话", "再拨")


def on_screen(*spoken):
    screen = Screen()
    for sound in flat(spoken):
        screen.speak(sound)
    screen.end_paragraph()
    return screen


def test_every_sentence_with_other_words_is_one_of_the_catalogue():
    """A sentence that is renamed there must not fall back to its spoken form here."""
    assert (TEXTS.keys() | OPTIONS.keys()) <= PROMPTS.sentences.keys()


@pytest.mark.parametrize("name", sorted(PROMPTS.sentences))
def test_no_sentence_on_the_screen_speaks_of_hearing_and_keys(name):
    text = shown(PROMPTS.sentences[name])
    assert [word for word in FOR_THE_EAR if word in text] == []


def test_options_stand_for_the_keys_of_the_first_menu():
    keyed = {choice.key: choice.title for choice in TABLE.menu.node(TABLE.menu.root).choices}
    assert {**keyed, "0": "人工"} == OPTIONS["greeting"] == OPTIONS["main_menu_or_say"]


def test_a_menu_level_becomes_options_and_no_paragraph():
    node = next(node for node in TABLE.menu.nodes if node.id == "ask")
    screen = on_screen(words.menu_level(node))
    assert screen.paragraphs == ()
    assert screen.options[0] == Option("1", node.choices[0].title)
    assert [each.key for each in screen.options[-2:]] == ["*", "0"]


def test_candidates_can_be_touched_and_refused():
    lines = {"1": TABLE.directory.lines[0], "2": TABLE.directory.lines[1]}
    screen = on_screen(words.candidates(lines))
    assert [each.text for each in screen.paragraphs] == ["请问是哪一件事？"]
    assert [each.key for each in screen.options] == ["1", "2", "*", "0"]
    assert screen.options[2].label == "都不是"


def test_numbers_and_dates_are_figures():
    number = on_screen(PROMPTS.ticket_number_is, readers.digits("12345674"))
    assert number.paragraphs[0].text == "您的工单已经登记，工单号码是：1234 5674"
    day = on_screen(
        PROMPTS.deadline_before,
        readers.date(dt.date(2026, 11, 27), weekday=True),
        PROMPTS.deadline_after,
    )
    assert day.paragraphs[0].text == "我们会在11月27日星期五之前答复您。"


def test_an_answer_ends_what_could_be_chosen():
    """A key of an earlier question must not answer a later one."""
    screen = on_screen(PROMPTS.confirm)
    assert screen.key_of("不对") == "2"
    screen.answered("不对")
    assert (screen.options, screen.key_of("不对")) == ((), "")
    assert screen.paragraphs[-1].who is Who.VISITOR
