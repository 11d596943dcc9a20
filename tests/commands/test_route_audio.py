"""Lines that name sound files: order, grammar, errors; answers do not wait for the next line."""

import json
import threading
import wave
from array import array
from concurrent.futures import Future

import pytest

from ivr.commands.route_audio import answer_all
from ivr.kernel.heard import Heard, Hypothesis
from ivr.speech.recogniser import RecogniserAway


class Decider:
    """Stands where the router does; its decision is a label of the text."""

    def decide(self, text, _area=None):
        return Told(text)


class Told:
    certainty = type("Sure", (), {"value": "sure"})
    candidates, question, because, confidence = (), None, (), 0.5

    def __init__(self, text):
        self.label = f"ABOUT {text}"


class Hearers:
    """Hears the first sample of a file, in the order it likes."""

    def __init__(self):
        self.held = []

    def hear(self, audio, hints):
        future = Future()
        self.held.append((future, array("h", audio)[0], hints))
        return future

    def answer(self, at):
        future, value, hints = self.held[at]
        if value < 0:
            future.set_exception(RecogniserAway("坏了"))
            return
        choice = hints.choices[0].key if hints.choices else ""
        future.set_result(Heard((Hypothesis(f"第{value}句", -0.1),), 0.9, choice))


@pytest.fixture
def recorded(tmp_path):
    def write(name, value):
        with wave.open(str(tmp_path / name), "wb") as out:
            out.setparams((1, 2, 8000, 0, "NONE", ""))
            out.writeframes(array("h", [value] * 800).tobytes())
        return str(tmp_path / name)

    return write


def asked(**fields):
    return json.dumps(fields).encode()


def test_answers_come_in_the_order_of_the_lines_whoever_is_heard_first(recorded):
    hearers = Hearers()
    lines = [asked(id=number, audio=recorded(f"{number}.wav", number)) for number in (1, 2, 3)]
    lines.append(asked(id=4, text="我家停水"))

    def later():
        for at in (2, 0, 1):
            while len(hearers.held) < 3:
                threading.Event().wait(0.005)
            hearers.answer(at)

    threading.Thread(target=later, daemon=True).start()
    told = [json.loads(line) for line in answer_all(lines, Decider(), hearers)]
    assert [one["id"] for one in told] == [1, 2, 3, 4]
    assert [one.get("heard") for one in told] == ["第1句", "第2句", "第3句", None]
    assert told[0]["intent"] == "ABOUT 第1句"
    assert told[3]["intent"] == "ABOUT 我家停水"


def test_a_line_is_answered_before_the_next_is_there(recorded):
    hearers = Hearers()
    more = threading.Event()

    def lines():
        yield asked(id=1, audio=recorded("1.wav", 7))
        more.wait(60)

    answers = answer_all(lines(), Decider(), hearers)
    waiter = threading.Thread(target=lambda: (wait_for(hearers), hearers.answer(0)), daemon=True)
    waiter.start()
    assert json.loads(next(answers))["heard"] == "第7句"
    more.set()
    assert list(answers) == []


def wait_for(hearers):
    while not hearers.held:
        threading.Event().wait(0.005)


class Prompt(Hearers):
    def hear(self, audio, hints):
        future = super().hear(audio, hints)
        self.answer(-1)
        return future


def test_a_list_of_answers_is_the_grammar_and_the_chosen_word_is_told(recorded):
    hearers = Prompt()
    line = asked(id="a", audio=recorded("a.wav", 5), expect=["是", "1"])
    (told,) = (json.loads(one) for one in answer_all([line], Decider(), hearers))
    assert told["heard"] == "是"
    assert hearers.held[0][2].choices[1].wordings == ("一", "幺")


def test_a_human_can_be_asked_for_in_open_speech_and_the_words_are_told(recorded):
    hearers = Prompt()
    line = asked(id="b", audio=recorded("b.wav", 5))
    (told,) = (json.loads(one) for one in answer_all([line], Decider(), hearers))
    hints = hearers.held[0][2]
    assert not hints.only
    assert "找人工" in [wording for choice in hints.choices for wording in choice.wordings]
    assert told["heard"] == "第5句"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"audio": "/nowhere/at/all.wav"}, "读不了"),
        ({"audio": "a\0b"}, "读不了"),
        ({"audio": __file__}, "WAV"),
    ],
)
def test_a_file_that_can_not_be_read_is_answered_with_its_error(fields, why):
    (told,) = (json.loads(one) for one in answer_all([asked(id=9, **fields)], Decider(), Prompt()))
    assert told["id"] == 9
    assert why in told["error"]


def test_a_recogniser_that_fails_costs_one_line(recorded):
    lines = [
        asked(id=1, audio=recorded("1.wav", -1)),
        asked(id=2, audio=recorded("2.wav", 2)),
        asked(id=3, audio=recorded("2.wav", 2), expect=["水"] * 3 + [""] * 3),
        asked(id=4, audio=recorded("2.wav", 2), expect=[""]),
        b'{"id": 5, "audio": 7}',
    ]
    told = [json.loads(one) for one in answer_all(lines, Decider(), Prompt())]
    assert told[0]["error"] == "坏了"
    assert [one.get("heard") for one in told[1:3]] == ["第2句", "水"]
    assert "error" in told[3]
    assert told[4]["id"] == 5
