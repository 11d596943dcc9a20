"""Files are heard in processes; short answers as much of them as a call would have sent."""

from pathlib import Path

import pytest

from ivr.kernel.heard import OPEN, Heard, Hypothesis
from ivr.speech.activity import Detectors
from ivr.speech.answers import closed, yes_no
from ivr.speech.recogniser import FRAME
from ivr.speech.workers.blocking import BlockingWorker, Listeners
from ivr.speech.workers.process import EngineChoice

FILE = bytes(FRAME * 100) + b"\x00\x20\x00\xe0" * (FRAME // 4 * 50) + bytes(FRAME * 200)


class LoudIsVoice:
    """A detector for tests: what is loud is a voice."""

    def voice(self, window):
        return 1.0 if any(window) else 0.0

    def reset(self):
        pass


@pytest.fixture
def listeners(monkeypatch):
    """Their workers hear how long something is."""
    monkeypatch.setattr(
        BlockingWorker, "hear", lambda _, audio, __: Heard((Hypothesis(f"{len(audio)}", -0.1),))
    )
    with Listeners(EngineChoice("rehearsed", Path("/nowhere")), 1, Detectors(LoudIsVoice)) as made:
        yield made


def test_a_short_answer_is_cut_out_of_the_silence_around_it(listeners):
    heard = int(listeners.hear(FILE, closed(yes_no())).result().text)
    assert 50 * FRAME < heard < 150 * FRAME


def test_a_sentence_is_heard_with_all_that_is_around_it(listeners):
    assert int(listeners.hear(FILE, OPEN).result().text) == len(FILE)
