"""The job that hears recorded messages: calls first, one at a time, every end defined."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from ivr.kernel.errors import HotlineError
from ivr.kernel.heard import OPEN
from ivr.speech.heard import Heard, Hypothesis
from ivr.speech.recogniser import RecogniserAway
from ivr.speech.scripted import ScriptedRecogniser
from ivr.tickets.dictation import Dictated, Dictation, Meaning
from tests.contracts.test_ticket_store import ticket

SPOKEN = b"\x01\x00" * 160


class Shelf:
    """`ivr.tickets.dictation.Dictations` in memory."""

    def __init__(self, *tickets):
        self.waiting, self.kept, self.gone = list(tickets), {}, {}

    async def take(self):
        return self.waiting.pop(0) if self.waiting else None

    async def keep(self, number, heard):
        self.kept[number] = heard
        return True

    async def give_up(self, number, why):
        self.gone[number] = why


class OneAtATime:
    """`ivr.tickets.dictation.Ear` on a recogniser with a script."""

    def __init__(self, recogniser):
        self.recogniser = recogniser

    async def hear(self, audio):
        recognition = self.recogniser.start(OPEN)
        recognition.feed(audio)
        return await recognition.finish()


def job(shelf, *script, idle=True, cut=lambda _: (SPOKEN,), meaning=None):
    async def is_idle():
        return idle

    ear = OneAtATime(ScriptedRecogniser(script))
    return Dictation(shelf, ear, is_idle, cut, meaning or (lambda _: None))


async def test_a_message_is_heard_and_decided():
    shelf, asked = Shelf(ticket()), []

    def meaning(text):
        asked.append(text)
        return Meaning("H069", ("“路灯”是路灯报修的词语",))

    assert await job(shelf, "路灯不亮", meaning=meaning).one()
    kept = Dictated("路灯不亮", 1.0, "H069", ("“路灯”是路灯报修的词语",))
    assert shelf.kept == {"00000017": kept}
    assert asked == ["路灯不亮"]


async def test_utterances_make_one_text_and_long_ones_weigh_more():
    faint = Heard((Hypothesis("喂", -1.0),), 0.2)
    shelf = Shelf(ticket())
    await job(shelf, faint, "新华街路灯不亮", cut=lambda _: (SPOKEN, SPOKEN)).one()
    heard = shelf.kept["00000017"]
    assert heard.text == "喂，新华街路灯不亮"
    assert heard.confidence == pytest.approx((0.2 + 7) / 8)


async def test_while_somebody_is_on_the_line_nothing_is_taken():
    shelf = Shelf(ticket())
    assert not await job(shelf, "路灯不亮", idle=False).one()
    assert len(shelf.waiting) == 1


async def test_nothing_waiting_is_no_work():
    assert not await job(Shelf()).one()


async def test_noise_is_told_as_noise():
    shelf = Shelf(ticket())
    await job(shelf, cut=lambda _: ()).one()
    assert shelf.kept["00000017"] == Dictated("", 0.0, None, ("没有听出话来",))


@pytest.mark.parametrize("why", [FileNotFoundError("gone"), HotlineError("不是WAV文件")])
async def test_a_recording_that_can_not_be_read_is_given_up_and_the_next_is_heard(why):
    shelf = Shelf(ticket(), evolve(ticket(), number="00000025", recording="/good.wav"))

    def cut(recording):
        if recording != Path("/good.wav"):
            raise why
        return (SPOKEN,)

    work = job(shelf, "路灯不亮", cut=cut)
    assert [await work.one(), await work.one(), await work.one()] == [True, True, False]
    assert list(shelf.gone) == ["00000017"]
    assert list(shelf.kept) == ["00000025"]


async def test_a_recogniser_that_is_away_leaves_the_message_for_later():
    shelf = Shelf(ticket())
    with pytest.raises(RecogniserAway):
        await job(shelf, RecogniserAway("broken")).one()
    assert (shelf.kept, shelf.gone) == ({}, {})
