"""Closed questions: the answer by sound and by what each wording is worth."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.kernel.heard import Choice, Hints, Hypothesis
from ivr.speech import answers
from ivr.speech.grammar import WEIGHED, Judges, choose
from ivr.speech.sounds import apart, distance, syllables

DISTRICTS = (Choice("h", ("海勃湾区", "海勃湾")), Choice("n", ("海南区", "海南")))


def undecided(wordings):
    return [0.0] * len(wordings)


NOTHING_KNOWN = Judges(undecided, undecided)


def read(*texts):
    return tuple(Hypothesis(text, -0.2 * (place + 1)) for place, text in enumerate(texts))


@pytest.mark.parametrize(
    ("texts", "key"),
    [(("海不湾",), "h"), (("还补完", "海博弯"), "h"), (("孩男",), "n"), (("海南去",), "n")],
)
def test_a_place_is_told_by_its_sound(texts, key):
    heard = choose(Hints(DISTRICTS, only=True), read(*texts), NOTHING_KNOWN)
    assert heard.choice == key
    assert heard.confidence > 0.5


def test_a_word_said_three_times_is_that_word():
    heard = choose(answers.closed(answers.yes_no()), read("對對對"), NOTHING_KNOWN)
    assert heard.choice == answers.YES


def test_what_a_wording_is_worth_decides_between_readings_that_say_nothing():
    def weigh(wordings):
        return [3.0 if wording == "海南区" else 0.0 for wording in wordings]

    assert choose(Hints(DISTRICTS, only=True), (), Judges(undecided, weigh)).choice == "n"


def test_single_sounds_decide_which_wordings_are_weighed_at_all():
    asked = []

    def by_sound(wordings):
        return [0.0 if wording == "八" else -90.0 for wording in wordings]

    def by_words(wordings):
        asked.append(tuple(wordings))
        return undecided(wordings)

    judges = Judges(by_sound, by_words)
    assert choose(answers.closed(answers.digits()), read("巴士啊"), judges).choice == "8"
    assert len(asked[0]) == WEIGHED < len(answers.digits())


def test_a_command_needs_more_than_an_answer_of_the_question():
    choices = (Choice("left", ("左边",)),)
    assert choose(answers.closed(choices), (), NOTHING_KNOWN).choice == "left"


def test_in_an_open_question_what_fits_the_sound_better_than_the_reading_is_taken():
    def by_sound(texts):
        return [-5.0 if text == "找人工" else -50.0 for text in texts]

    hints, heard = answers.expecting(), read("找人过去")
    assert choose(hints, heard, Judges(by_sound, undecided)).choice == answers.HUMAN
    assert choose(hints, heard, NOTHING_KNOWN).choice == ""


def test_who_says_something_else_is_not_pressed_into_an_answer():
    heard = choose(answers.expecting(DISTRICTS), read("我家的暖气片漏水了"), NOTHING_KNOWN)
    assert heard.choice == ""
    assert heard.text == "我家的暖气片漏水了"


def test_a_command_is_understood_within_any_question():
    heard = choose(answers.closed(answers.digits()), read("拽人共"), NOTHING_KNOWN)
    assert heard.choice == answers.HUMAN


def test_the_chosen_wording_leads_what_was_heard():
    heard = choose(Hints(DISTRICTS, only=True), read("海不湾"), NOTHING_KNOWN)
    assert heard.text in ("海勃湾", "海勃湾区")
    assert heard.hypotheses[1].text == "海不湾"


def test_one_syllable_that_was_misread_is_an_answer_when_its_sound_is_clear():
    def by_sound(texts):
        return [-5.0 if text == "对" else -30.0 for text in texts]

    hints = answers.expecting(answers.yes_no())
    assert choose(hints, read("费"), Judges(by_sound, undecided)).choice == answers.YES
    assert choose(hints, read("暖气"), NOTHING_KNOWN).choice == ""


@settings(deadline=None)  # who asks first loads the dictionary of sounds
@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_readings_at_all_give_an_answer_of_the_question(texts):
    heard = choose(Hints(DISTRICTS, only=True), read(*texts), NOTHING_KNOWN)
    assert heard.choice in ("h", "n")
    assert 0.0 <= heard.confidence <= 1.0


def test_what_sounds_alike_is_near_and_what_does_not_is_far():
    near = distance(syllables("医保卡"), syllables("一包卡"))
    assert distance(syllables("供水"), syllables("公睡")) < near + 0.2 < 0.5
    assert distance(syllables("供水"), syllables("乌达")) > 0.7
    assert apart("zhang", "zan") < apart("zhang", "zen") < apart("zhang", "pi")


@settings(deadline=None)  # who asks first loads the dictionary of sounds
@given(st.text(max_size=12), st.text(max_size=12))
def test_distance_is_a_share_and_the_same_from_both_sides(one, two):
    left, right = syllables(one), syllables(two)
    assert 0.0 <= distance(left, right) <= 1.0
    assert distance(left, right) == pytest.approx(distance(right, left))
    assert distance(left, left) == 0.0
