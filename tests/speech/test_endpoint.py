"""When an utterance begins, pauses and ends, frame by frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.kernel.units import seconds
from ivr.speech.endpoint import (
    EVIDENCE,
    FRAME,
    LONGEST_PAUSE,
    LOOK,
    SHORTEST_PAUSE,
    TABLE,
    USUAL_PAUSE,
    Moment,
    Patience,
    State,
    Utterance,
    heard,
    patience,
)


def follow(pattern, *, patient=None):
    """Moments of a pattern of (voice, frames), each with the seconds at which it came."""
    utterance, told, at = Utterance(), [], 0
    for voice, frames in pattern:
        for _ in range(frames):
            at += 1
            utterance, moment = heard(utterance, voice=voice, patience=patient or Patience())
            if moment:
                told.append((moment, round(at * FRAME, 2)))
    return told


def frames(length):
    return round(length / FRAME)


def test_a_sentence_begins_within_200_ms_and_ends_after_the_usual_pause():
    told = follow([(False, 50), (True, 100), (False, 60)])
    assert told == [(Moment.BEGAN, 1.14), (Moment.PAUSED, 3.3), (Moment.ENDED, 3.8)]
    assert EVIDENCE * FRAME <= 0.2


@pytest.mark.parametrize("burst", [1, 3, EVIDENCE - 1])
def test_a_click_or_a_cough_begins_nothing(burst):
    assert follow([(True, burst), (False, 20)] * 10) == []


def test_a_pause_for_breath_does_not_end_an_utterance():
    told = follow([(True, 50), (False, 25), (True, 50), (False, 100)])
    assert [moment for moment, _ in told] == [
        Moment.BEGAN,
        Moment.PAUSED,
        Moment.PAUSED,
        Moment.ENDED,
    ]


def test_who_goes_on_and_on_is_ended_at_the_limit():
    told = follow([(True, frames(30))], patient=Patience(USUAL_PAUSE, seconds(20)))
    assert told[-1][0] is Moment.ENDED
    assert told[-1][1] == pytest.approx(20, abs=0.1)


def test_so_little_voice_that_it_was_no_word_is_taken_back():
    told = follow([(True, EVIDENCE), (False, 60)])
    assert [moment for moment, _ in told] == [Moment.BEGAN, Moment.PAUSED, Moment.WITHDRAWN]
    again = follow([(True, EVIDENCE), (False, 60), (True, 50), (False, 60)])
    assert again[-1][0] is Moment.ENDED


def test_patience_is_short_after_a_whole_sentence_and_long_after_an_unfinished_one():
    def pause(**told):
        return patience(longest=seconds(20), **told).pause

    assert pause(complete=True, drawn=True) == SHORTEST_PAUSE
    assert pause(complete=False, drawn=False) == LONGEST_PAUSE
    assert pause(complete=None, drawn=False) == USUAL_PAUSE
    assert pause(complete=None, drawn=True) == LONGEST_PAUSE
    assert pause(complete=None, drawn=True, closed=True) == SHORTEST_PAUSE
    assert 0.6 <= SHORTEST_PAUSE <= USUAL_PAUSE <= 0.9


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=40))
def test_any_line_at_all_is_told_in_order_and_ends_once(pattern):
    moments = [moment for moment, _ in follow(pattern)]
    open_now = False
    for moment in moments:
        assert open_now is not (moment is Moment.BEGAN)
        open_now = moment in (Moment.BEGAN, Moment.PAUSED)
    assert moments.count(Moment.ENDED) <= 1
    assert Moment.ENDED not in moments[:-1]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=40))
def test_nothing_begins_without_enough_voice(pattern):
    voiced = sum(count for voice, count in pattern if voice)
    if voiced < EVIDENCE:
        assert follow(pattern) == []


def test_an_ended_utterance_stays_ended():
    ended = Utterance(State.ENDED)
    assert heard(ended, voice=True, patience=Patience()) == (ended, None)
    assert ended.is_over


def test_every_state_can_be_left_but_the_last():
    assert {state for state, _ in TABLE} == set(State) - {State.ENDED}
    assert LOOK * FRAME < SHORTEST_PAUSE
