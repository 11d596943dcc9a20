"""The benchmark of hearing counts what it says."""

import pytest

pytest.importorskip("ctranslate2", reason="the extra `speech` is not installed")

from ivr.telephony.ear import Answer, SpeechEnded

from .speech_bench import Stopwatch, _told


def test_only_what_the_engine_did_not_need_counts_against_us():
    table = _told([900.0, 700.0, 800.0], [0.6, 0.75, 0.9], 4)
    assert table.rows == (("3 of 4", "800", "900", "750", "50"),)
    assert "held" in table.notes[0]
    assert "missed" in _told([900.0], [0.1], 1).notes[0]


def test_nobody_heard_is_told_and_divides_by_nothing():
    assert _told([], [], 3).rows == ()


def test_a_wait_is_from_the_end_of_speech_to_the_first_answer():
    watch = Stopwatch({SpeechEnded: 1.0, Answer: 1.25})
    watch.tell(SpeechEnded())
    assert watch.waited == pytest.approx(250.0)
