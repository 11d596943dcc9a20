"""The ears that `ivr.telephony.ear` asks for: frames in, moments and answers out."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from attrs import frozen

from ivr.kernel.heard import Hints
from ivr.kernel.ids import CallId
from ivr.kernel.log import logger
from ivr.speech.activity import Detectors
from ivr.speech.attention import Attention
from ivr.speech.endpoint import Moment
from ivr.speech.recogniser import NotHeard, Recogniser, Recognition
from ivr.telephony.ear import (
    Answer,
    Deaf,
    Ear,
    SpeechBegan,
    SpeechEnded,
    SpeechWithdrawn,
    Tell,
)

BEFORE: Final = 20  # frames kept from before the beginning: evidence takes 140 ms, a consonant 100


class SpeechEars:
    """Ears of a site that has a recogniser."""

    def __init__(self, recogniser: Recogniser, detectors: Detectors) -> None:
        self._recogniser = recogniser
        self._detectors = detectors

    @property
    def is_ready(self) -> bool:
        return self._recogniser.is_ready

    def open(self, call: CallId, hints: Hints, tell: Tell) -> Ear | None:
        if not self._recogniser.is_ready:
            return None
        question = Question(call, hints, tell)
        return SpeechEar(question, self._recogniser, self._detectors)


@frozen
class Question:
    """What an ear was opened for."""

    call: CallId
    hints: Hints
    tell: Tell


class SpeechEar:
    """One question's ear: attention decides when, the recogniser what."""

    def __init__(self, question: Question, recogniser: Recogniser, detectors: Detectors) -> None:
        self._question = question
        self._recogniser = recogniser
        self._detectors = detectors
        self._detector = detectors.take()
        self._attention = Attention(self._detector, question.hints)
        self._before: deque[bytes] = deque(maxlen=BEFORE)
        self._recognition: Recognition | None = None
        self._answering: asyncio.Task[None] | None = None
        self._open = True

    def feed(self, heard: bytes, played: bytes) -> None:
        if not self._open or self._answering:
            return
        if self._recognition:
            self._recognition.feed(heard)
            self._attention.words = self._recognition.partial
        else:
            self._before.append(heard)
        moment = self._attention.hear(heard, played)
        if moment:
            self._at(moment)

    def close(self) -> None:
        if self._open:
            self._open = False
            self._detectors.give_back(self._detector)
        if self._answering:
            self._answering.cancel()
        if self._recognition:
            self._recognition.cancel()

    def _at(self, moment: Moment) -> None:
        if moment is Moment.BEGAN:
            self._begin()
        elif moment is Moment.PAUSED and self._recognition:
            self._recognition.pause()
        elif moment is Moment.WITHDRAWN:
            self._withdraw()
        elif moment is Moment.ENDED and self._recognition:
            self._question.tell(SpeechEnded())
            self._answering = asyncio.ensure_future(self._answer(self._recognition))

    def _begin(self) -> None:
        try:
            self._recognition = self._recogniser.start(self._question.hints)
        except NotHeard as why:
            self._deaf(why)
            return
        self._recognition.feed(b"".join(self._before))
        self._before.clear()
        self._question.tell(SpeechBegan())

    def _withdraw(self) -> None:
        if self._recognition:
            self._recognition.cancel()
            self._recognition = None
        self._question.tell(SpeechWithdrawn())

    async def _answer(self, recognition: Recognition) -> None:
        try:
            heard = await recognition.finish()
        except NotHeard as why:
            self._deaf(why)
            return
        logger().info(
            "heard",
            call=self._question.call,
            chars=len(heard.text),
            choice=heard.choice,
            confidence=round(heard.confidence, 2),
        )
        if self._open:
            self._question.tell(Answer(heard))

    def _deaf(self, why: NotHeard) -> None:
        logger().warning("not heard", call=self._question.call, error=why.id, why=str(why))
        if self._open:
            self._question.tell(Deaf(why.id))
        # What is still fed can not become an answer any more.
        self._attention.stop()
