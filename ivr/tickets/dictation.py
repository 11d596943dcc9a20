"""Recorded messages put into text afterwards, for whoever handles the ticket.

What the machine heard stands beside the recording and never in its place. Calls go first: one
message at a time, and only while nobody is on the line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Protocol

from attrs import frozen

from ivr.kernel.errors import HotlineError
from ivr.kernel.heard import Heard
from ivr.kernel.ids import TicketNumber
from ivr.kernel.log import logger
from ivr.tickets.model import Ticket
from routing.ids import LineCode

TRIES: Final = 3  # a recording that stops the recogniser must not stop it for ever
NOTHING_HEARD: Final = "没有听出话来"


@frozen
class Dictated:
    """What the machine heard in a message, and where it would have sent it.

    `because` are sentences. The message may have been in a dialect, or noise: `confidence`, 0..1,
    is of the words.
    """

    text: str
    confidence: float
    line: LineCode | None = None
    because: tuple[str, ...] = ()


class Dictations(Protocol):
    """Messages that wait to be heard, and what was heard. All raise `StoreAway`."""

    async def take(self) -> Ticket | None:
        """A ticket with a recording that nobody has heard yet, the oldest first, or None.

        It is nobody else's for a while; a taker who dies gives it back by that. After `TRIES`
        takings it is given up.
        """

    async def keep(self, number: TicketNumber, heard: Dictated) -> bool:
        """Keep what was heard, once: False when somebody else already has."""

    async def give_up(self, number: TicketNumber, why: str) -> None:
        """It can not be heard, now or later."""

    async def of(self, number: TicketNumber) -> Dictated | None:
        """What was heard; None while nothing was."""


class Ear(Protocol):
    """Hears a whole message. Raises `NotHeard` when it can not do so just now."""

    async def hear(self, audio: bytes) -> Heard: ...


@frozen
class Meaning:
    """Where words lead, in the words of whoever reads it."""

    line: LineCode | None
    because: tuple[str, ...]


@frozen
class Dictation:
    """The job. `idle` says whether nobody is on the line.

    `cut` reads a recording and cuts it into utterances, in a thread; `meaning` is by the table in
    force, None while words can not be decided.
    """

    store: Dictations
    ear: Ear
    idle: Callable[[], Awaitable[bool]]
    cut: Callable[[Path], tuple[bytes, ...]]
    meaning: Callable[[str], Meaning | None]

    async def one(self) -> bool:
        """Hear one message; False when there is none, or somebody is on the line.

        Raises `NotHeard`, and `StoreAway`: the message waits for another time.
        """
        if not await self.idle():
            return False
        ticket = await self.store.take()
        if ticket is None:
            return False
        try:
            utterances = await asyncio.to_thread(self.cut, Path(ticket.recording))
        except (HotlineError, OSError) as why:
            await self.store.give_up(ticket.number, str(why))
            return True
        heard = [await self.ear.hear(each) for each in utterances]
        kept = await self.store.keep(ticket.number, self._dictated(heard))
        logger().info("message heard", ticket=ticket.number, kept=kept, utterances=len(heard))
        return True

    def _dictated(self, heard: list[Heard]) -> Dictated:
        said = [each for each in heard if each.text]
        text = "，".join(each.text.strip("，。 ") for each in said)
        if not text:
            return Dictated("", 0.0, None, (NOTHING_HEARD,))
        length = sum(len(each.text) for each in said)
        confidence = sum(each.confidence * len(each.text) for each in said) / length
        meaning = self.meaning(text) or Meaning(None, ())
        return Dictated(text, round(confidence, 3), meaning.line, meaning.because)
