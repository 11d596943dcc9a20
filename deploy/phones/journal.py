"""What a telephone reported, and waiting for more of it with a limit and a good excuse."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from attrs import field, frozen

T = TypeVar("T")
SHOWN: Final = 40  # events in the message of a timeout; the cause is near the end


class PhoneFailed(Exception):
    """A telephone can not do what was asked; the message says why."""


class PhoneTimeout(PhoneFailed):
    """What was waited for did not happen in time; the message has the events so far."""


@frozen
class Event:
    """One report of an agent: its name, when (seconds, time of day), the call, and the rest."""

    name: str
    at: float
    leg: int | None = None
    facts: Mapping[str, Any] = field(factory=dict)

    @classmethod
    def read(cls, line: bytes) -> Event:
        facts = json.loads(line)
        return cls(facts.pop("event"), facts.pop("at"), facts.pop("leg", None), facts)

    def describe(self, since: float) -> str:
        call = "" if self.leg is None else f" call {self.leg}"
        shown = {name: value for name, value in self.facts.items() if name != "headers"}
        return f"{self.at - since:8.2f}{call} {self.name} {shown or ''}"


class Journal:
    """Events in order; `until` waits for the first answer that is not None."""

    def __init__(self, owner: str) -> None:
        self.events: list[Event] = []
        self._owner = owner
        self._more = asyncio.Event()
        self._closed = ""

    def add(self, event: Event) -> None:
        self.events.append(event)
        self._wake()

    def close(self, why: str) -> None:
        """No more events will come; waiting for them fails at once."""
        self._closed = why
        self._wake()

    async def until(self, found: Callable[[], T | None], what: str, within: float) -> T:
        """The first result of `found` that is not None; `what` names it in the error."""
        try:
            async with asyncio.timeout(within):
                while (result := found()) is None:
                    if self._closed:
                        raise PhoneFailed(self.excuse(f"{what}: {self._closed}"))
                    await self._more.wait()
                return result
        except TimeoutError:
            raise PhoneTimeout(self.excuse(f"{what}: nothing in {within:g} s")) from None

    def _wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()

    def excuse(self, what: str) -> str:
        """What a failure says: what was waited for, and what was seen instead."""
        since = self.events[0].at if self.events else 0.0
        lines = [event.describe(since) for event in self.events[-SHOWN:]]
        return "\n".join([f"{self._owner} waited for {what}. It saw:", *lines])
