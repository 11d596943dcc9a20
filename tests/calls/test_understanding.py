"""One decision from several readings."""

import pytest

from ivr.calls.likely import places
from ivr.calls.understanding import understand
from ivr.kernel.heard import NOTHING, Heard, Hypothesis
from routing.decision import Candidate, Certainty, Decision
from routing.load import load_table
from routing.outcomes import EMERGENCY


def decision(intent="ROUTE", *lines, number="", sure=0.9):
    candidates = tuple(Candidate(line, share) for line, share in lines)
    return Decision(intent, number, sure, Certainty.SURE, candidates, (), None, (), 1)


WATER = decision("ROUTE", ("H090", 0.9), ("H089", 0.05))
HEAT = decision("ROUTE", ("H092", 0.5), ("H090", 0.4), sure=0.5)
FIRE = decision(EMERGENCY, number="119")
NOTHING_ASKED = decision("UNCLEAR", sure=1.0)
ANSWERS = {"水": WATER, "税": HEAT, "着火": FIRE, "嗯": NOTHING_ASKED, "": NOTHING_ASKED}


def heard(*readings):
    return Heard(tuple(Hypothesis(text, score) for text, score in readings), 0.8)


def decide(text):
    return ANSWERS[text]


def test_one_reading_is_simply_decided():
    assert understand(heard(("水", -0.3)), decide) is WATER
    assert understand(NOTHING, decide) is NOTHING_ASKED


def test_readings_that_agree_outvote_the_first():
    best = understand(heard(("税", -0.30), ("水", -0.31), ("水", -0.32)), decide)
    assert best.line == "H090"
    assert best.because == WATER.because


def test_a_reading_without_a_request_does_not_outvote_one_that_has_one():
    assert understand(heard(("嗯", -0.2), ("水", -0.4)), decide).line == "H090"


def test_danger_that_most_readings_speak_of_is_certain():
    told = understand(heard(("着火", -0.2), ("水", -0.6)), decide)
    assert told.is_emergency
    assert told.certainty is Certainty.SURE


def test_danger_in_a_good_share_of_the_readings_is_asked_back():
    told = understand(heard(("水", -0.25), ("着火", -0.30)), decide)
    assert told.is_emergency
    assert told.certainty is Certainty.ASK
    assert told.confidence == pytest.approx(0.43, abs=0.05)


def test_danger_that_leads_where_readings_are_divided_is_asked_back():
    told = understand(heard(("着火", -0.25), ("水", -0.3), ("嗯", -0.3)), decide)
    assert told.is_emergency
    assert told.certainty is Certainty.ASK


def test_danger_in_an_unlikely_reading_is_no_alarm():
    assert understand(heard(("水", -0.2), ("着火", -1.5)), decide).line == "H090"


def test_lines_that_stay_close_are_asked_about():
    told = understand(heard(("税", -0.3), ("税", -0.3), ("水", -0.9)), decide)
    assert told.certainty is Certainty.ASK


def test_a_chosen_answer_is_decided_alone():
    chosen = Heard((Hypothesis("水", -0.5), Hypothesis("着火", -0.1)), 0.9, "1")
    assert understand(chosen, decide) is WATER


def test_the_districts_and_the_streets_at_home_are_likely_to_be_named():
    named = places(load_table().directory)
    assert named[:3] == ("海勃湾区", "乌达区", "海南区")
    assert "滨河街道" in named
