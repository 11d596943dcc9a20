"""Short answers and how people say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech import answers
from ivr.speech.heard import MAX_CHOICES, Choice, Heard, Hints, Hypothesis


def test_digits_know_the_words_of_the_telephone():
    said = {word: choice.key for choice in answers.digits() for word in choice.wordings}
    assert (said["幺"], said["两"], said["洞"], said["九"]) == ("1", "2", "0", "9")


def test_no_wording_means_two_things_within_a_closed_question():
    for hints in (answers.closed(answers.yes_no()), answers.closed(answers.digits())):
        words = [word for choice in hints.choices for word in choice.wordings]
        assert len(words) == len(set(words))


def test_a_spot_menu_is_chosen_by_title_number_or_ordinal():
    choices = answers.numbered({"1": "供水", "2": "物业"})
    assert choices[1] == Choice("2", ("物业", "二", "两", "第二个"))


def test_a_human_can_be_asked_for_within_every_question():
    assert answers.HUMAN in {choice.key for choice in answers.closed(answers.yes_no()).choices}
    assert answers.HUMAN in {choice.key for choice in answers.expecting().choices}


def test_what_can_not_be_weighed_is_refused_when_it_is_written():
    with pytest.raises(ValueError, match="words"):
        Choice("1", ())
    with pytest.raises(ValueError, match="choices"):
        Hints(only=True)
    with pytest.raises(ValueError, match="open question"):
        Hints((Choice("1", ("水",) * (MAX_CHOICES + 1)),))


@given(st.lists(st.floats(-20, 0), max_size=10))
def test_weights_add_up_to_one_and_follow_the_scores(scores):
    heard = Heard(tuple(Hypothesis("水", score) for score in scores))
    weights = heard.weights()
    assert len(weights) == len(scores)
    assert not scores or sum(weights) == pytest.approx(1)
    ranked = sorted(range(len(scores)), key=scores.__getitem__)
    assert [weights[at] for at in ranked] == sorted(weights)


@pytest.mark.parametrize(
    ("said", "key"), [("是的是的", "yes"), ("对呀", "yes"), ("不是不是", "no")]
)
def test_who_says_it_twice_or_with_a_sigh_has_answered(said, key):
    words = {word: choice.key for choice in answers.yes_no() for word in choice.wordings}
    assert words[said] == key
