"""One question over a stream, as a state machine: nothing here knows a socket or a clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.kernel.heard import NOTHING, Heard, Hypothesis
from ivr.kernel.units import seconds
from ivr.telephony.audio_listening import UNENDING, At, Listening, Outcome
from ivr.telephony.audio_stream import StreamEnd
from ivr.telephony.call import ListenEnd
from ivr.telephony.ear import (
    ANSWER_WITHIN,
    Answer,
    Deaf,
    SpeechBegan,
    SpeechEnded,
    SpeechWithdrawn,
)
from ivr.wire.audiosocket import FRAME

PROMPT = b"\x01" * FRAME * 10
SAID = Heard((Hypothesis("暖气不热", -0.1),), 0.9)
FRAME_HEARD = b"\x02" * FRAME
BEATS = 50  # a second


class Stream:
    def __init__(self):
        self.finished = 0

    def finish(self):
        self.finished += 1


class Ear:
    def __init__(self):
        self.fed = []

    def feed(self, heard, played):
        self.fed.append((heard, played))


class Question:
    """A question with everything around it."""

    def __init__(self, first=2.0, longest=20.0, clips=(PROMPT,)):
        self.keys = []
        self.stream = Stream()
        self.listening = Listening(
            clips, first=seconds(first), longest=seconds(longest), keyed=self.keys.append
        )
        self.listening.ear = self.ear = Ear()

    @classmethod
    def asked(cls, **more):
        question = cls(**more)
        question.listening.begin(question.stream)
        return question

    def beats(self, number):
        """So many beats; returns the frames played. A stream that is finished has no more."""
        frames = []
        for _ in range(number):
            if self.stream.finished:
                break
            frames.append(self.listening.beat())
        return [frame for frame in frames if frame]

    def beats_until_end(self, at_most=10_000):
        for beat in range(at_most):
            if self.stream.finished:
                return beat
            self.listening.beat()
        raise AssertionError("it never ended")

    def told(self, *events):
        for event in events:
            self.listening.told(event)

    @property
    def end(self):
        outcome = self.listening.outcome
        return outcome and outcome.end


def test_what_is_asked_is_said_whole_and_then_silence_is_waited_for():
    question = Question.asked(first=2.0)
    assert len(question.beats(11)) == 10
    assert question.listening.at is At.OPEN
    assert question.beats_until_end() == 2 * BEATS
    assert question.end is ListenEnd.SILENT


def test_speech_stops_what_is_said_at_once_and_its_answer_ends_it():
    question = Question.asked()
    question.beats(3)
    question.told(SpeechBegan())
    assert question.beats(5) == []
    question.told(SpeechEnded(), Answer(SAID))
    assert question.end == SAID
    assert question.stream.finished == 1


def test_what_was_no_speech_leaves_the_question_open_with_its_whole_time():
    question = Question.asked(first=2.0)
    question.beats(60)
    question.told(SpeechBegan())
    question.beats(10)
    question.told(SpeechWithdrawn())
    assert question.beats_until_end() == 2 * BEATS
    assert question.end is ListenEnd.SILENT


@pytest.mark.parametrize(
    "before",
    [
        (),
        (SpeechBegan(),),
        (SpeechBegan(), SpeechEnded()),
    ],
)
def test_a_key_wins_wherever_the_question_stands(before):
    question = Question.asked()
    question.told(*before)
    question.listening.pressed("5")
    question.told(Answer(SAID))
    assert question.end is ListenEnd.KEYED
    assert question.beats(3) == []
    question.listening.pressed("6")  # was under way
    assert question.keys == ["5", "6"]
    assert question.stream.finished == 1


def test_a_key_that_no_telephone_of_ours_has_is_nothing():
    question = Question.asked()
    question.listening.pressed("A")
    assert (question.end, question.keys) == (None, [])


def test_an_answer_that_does_not_come_is_not_waited_for_longer_than_promised():
    question = Question.asked()
    question.told(SpeechBegan(), SpeechEnded())
    assert question.beats_until_end() == round(ANSWER_WITHIN * BEATS)
    assert question.listening.outcome == Outcome(ListenEnd.UNHEARD, "ear-late")


def test_an_ear_that_never_hears_the_end_is_deaf():
    question = Question.asked(longest=20.0)
    question.told(SpeechBegan())
    assert question.beats_until_end() == (20.0 + UNENDING) * BEATS
    assert question.end is ListenEnd.UNHEARD


def test_deafness_says_why():
    question = Question.asked()
    question.told(Deaf("recogniser-busy"))
    assert question.listening.outcome == Outcome(ListenEnd.UNHEARD, "recogniser-busy")


def test_noise_is_an_answer_too():
    question = Question.asked()
    question.told(SpeechBegan(), SpeechEnded(), Answer(NOTHING))
    assert question.end == NOTHING


def test_a_question_decided_before_the_switch_connects_is_over_at_once():
    question = Question()
    question.told(Deaf("recogniser-away"))
    question.listening.begin(question.stream)
    assert question.end is ListenEnd.DEAF
    assert question.stream.finished == 1


def test_the_ear_hears_the_caller_and_what_they_were_told_until_the_end():
    question = Question.asked()
    frame = question.listening.beat()
    question.listening.heard(FRAME_HEARD, frame)
    question.listening.pressed("1")
    question.listening.heard(FRAME_HEARD, b"")
    assert question.ear.fed == [(FRAME_HEARD, PROMPT[:FRAME])]


@pytest.mark.parametrize(
    ("why", "end"),
    [(StreamEnd.BROKEN, ListenEnd.UNHEARD), (StreamEnd.THEIRS, None), (StreamEnd.OURS, None)],
)
def test_only_a_stream_that_broke_says_that_nobody_can_hear(why, end):
    question = Question.asked()
    question.listening.ended(why)
    assert question.end is end
    assert question.stream.finished == 0


EVENTS = st.one_of(
    st.sampled_from([SpeechBegan(), SpeechWithdrawn(), SpeechEnded(), Answer(SAID), Deaf("x")]),
    st.sampled_from(["key", "beat", "frame"]),
)


@given(st.lists(EVENTS, max_size=40), st.booleans())
def test_whatever_comes_in_whatever_order_it_ends_once_and_in_bounded_time(events, connected):
    question = Question(clips=(PROMPT[:FRAME],))
    if connected:
        question.listening.begin(question.stream)
    first_end = None
    for event in events:
        if event == "key":
            question.listening.pressed("1")
        elif event == "beat":
            question.beats(1 if connected else 0)
        elif event == "frame":
            question.listening.heard(FRAME_HEARD, b"")
        else:
            question.listening.told(event)
        first_end = first_end or question.listening.outcome
    if not connected:
        question.listening.begin(question.stream)
    question.beats_until_end(at_most=3000)
    assert question.stream.finished == 1
    assert first_end is None or question.listening.outcome is first_end
    assert question.keys == ["1"] * events.count("key")
