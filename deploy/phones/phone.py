"""A SIP telephone that a test or a script picks up, dials, keys and listens with.

::

    me = Subscriber("1001", password="...", registrar="127.0.0.1:5060")
    async with Phone(me, folder=tmp) as phone:
        call = await phone.dial("114")
        await call.press("3")
        await call.wait(State.ENDED)
        heard(call.recording, clips)

Every wait has a limit; `PhoneTimeout` says what was waited for and what happened instead.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from attrs import frozen

from deploy.phones.headers import quoted_name
from deploy.phones.journal import Event, Journal, PhoneFailed, PhoneTimeout
from deploy.phones.process import AgentProcess

SOON: Final = 60.0  # seconds; what a working exchange on the same machine does at once


class State(Enum):
    """Where a call stands."""

    CALLING = "calling"
    INCOMING = "incoming"
    RINGING = "ringing"
    CONNECTING = "connecting"
    UP = "up"
    ENDED = "ended"


@frozen
class Ending:
    """How a call ended: the last SIP code, its words, and whether we hung up."""

    code: int
    reason: str
    by_me: bool


class Leg:
    """One call of a phone, made or received."""

    def __init__(self, number: int, agent: AgentProcess, first: Event) -> None:
        self.number = number
        self.recording = Path(str(first.facts["recording"]))
        self.caller_name = str(first.facts.get("name", ""))
        self.caller_number = str(first.facts.get("number", ""))
        self.dialled = str(first.facts.get("dialled", first.facts.get("uri", "")))
        self.headers: Mapping[str, str] = first.facts.get("headers", {})
        self._agent = agent

    @property
    def events(self) -> list[Event]:
        return [event for event in self._agent.journal.events if event.leg == self.number]

    @property
    def state(self) -> State:
        known = [event.facts["state"] for event in self.events if event.name == "state"]
        return State(known[-1]) if known else State.CALLING

    @property
    def ended(self) -> bool:
        return self.state is State.ENDED

    @property
    def ending(self) -> Ending:
        """How it ended; only for a call that has."""
        last = [event.facts for event in self.events if event.facts.get("state") == "ended"]
        if not last:
            raise PhoneFailed("the call has not ended")
        return Ending(last[-1]["code"], last[-1]["reason"], by_me=last[-1]["by"] == "me")

    @property
    def keys_heard(self) -> str:
        return "".join(event.facts["key"] for event in self.events if event.name == "key")

    def when(self, state: State) -> float:
        """The time of day at which the call came into `state`."""
        for event in self.events:
            if event.name == "state" and event.facts["state"] == state.value:
                return event.at
        raise PhoneFailed(f"the call never was {state.value}")

    async def wait(self, state: State, within: float = SOON) -> None:
        """Until the call is, or already was, in `state`; a call that ended first is an error."""
        await self._agent.journal.until(
            lambda: self._reached(state), f"call {self.number} to be {state.value}", within
        )

    async def wait_for(self, name: str, within: float = SOON, *, after: int = 0) -> Event:
        """The first event of that name later than the first `after` events of this call."""
        return await self._agent.journal.until(
            lambda: next((event for event in self.events[after:] if event.name == name), None),
            f"'{name}' on call {self.number}",
            within,
        )

    async def ring(self) -> None:
        await self._respond(180)

    async def pick_up(self) -> None:
        await self._respond(200)
        await self.wait(State.UP)

    async def refuse(self, code: int = 486) -> None:
        await self._respond(code)

    async def press(self, keys: str, gap: float = 0.0) -> None:
        """Send keys (RFC 4733), `gap` seconds apart, and wait until all are sent.

        A key takes 0.3 s on the line whatever the gap.
        """
        known = len(self.events)
        await self._agent.order("press", leg=self.number, keys=keys, gap=gap)
        await self._agent.journal.until(
            lambda: self._pressed(known, len(keys)),
            f"{len(keys)} keys to be sent",
            SOON + len(keys) * max(gap, 0.4),
        )

    async def play(self, path: Path, *, loop: bool = False) -> None:
        """Start to play a WAV or A-law file to the other side."""
        await self._agent.order("play", leg=self.number, path=str(path), loop=loop)

    async def say(self, path: Path, within: float = 60.0) -> None:
        """Play a file and wait for its end."""
        known = len(self.events)
        await self.play(path)
        await self.wait_for("played", within, after=known)

    async def be_silent(self) -> None:
        """Stop playing; silence is still sent."""
        await self._agent.order("silence", leg=self.number)

    async def hang_up(self) -> None:
        """Hang up and wait until the call has ended; nothing happens to one that already has."""
        if not self.ended:
            try:
                await self._agent.order("hangup", leg=self.number)
            except PhoneFailed:
                if not self.ended:
                    raise
        await self.wait(State.ENDED)

    async def _respond(self, code: int) -> None:
        await self._agent.order("respond", leg=self.number, code=code)

    def _pressed(self, known: int, wanted: int) -> bool | None:
        sent = [event for event in self.events[known:] if event.name == "pressed"]
        if len(sent) < wanted and self.ended:
            raise PhoneFailed(f"the call ended after {len(sent)} of {wanted} keys")
        return True if len(sent) >= wanted else None

    def _reached(self, state: State) -> bool | None:
        seen = {event.facts["state"] for event in self.events if event.name == "state"}
        if state.value in seen:
            return True
        if State.ENDED.value in seen:
            ending = self.ending
            ended = f"but it ended with {ending.code} {ending.reason}"
            journal = self._agent.journal
            raise PhoneFailed(journal.excuse(f"call {self.number} to be {state.value}, {ended}"))
        return None


Answering = Callable[[Leg], Awaitable[None]]
"""What a phone does about an incoming call."""


def after(seconds: float) -> Answering:
    """Ring for that long, then pick up."""

    async def answering(call: Leg) -> None:
        await call.ring()
        await asyncio.sleep(seconds)
        if not call.ended:
            await call.pick_up()

    return answering


async def busy(call: Leg) -> None:
    """Refuse with 486."""
    await call.refuse(486)


async def never(call: Leg) -> None:
    """Ring for ever."""
    await call.ring()


@frozen
class Subscriber:
    """Whose telephone it is: the user part, the login, and the name its calls show.

    With a `registrar` (host:port) it registers there; `exchange` is where numbers are dialled,
    the registrar unless said otherwise.
    """

    user: str
    password: str = ""
    registrar: str = ""
    exchange: str = ""
    name: str = ""


class Phone:
    """A telephone. Enter it to start (and register) it; leaving hangs up whatever it holds.

    Incoming calls are handled by `answering`, by default not at all: a test awaits `incoming()`
    and does with the call what it wants. `folder` receives a recording a call.
    """

    def __init__(
        self,
        owner: Subscriber,
        *,
        folder: Path | None = None,
        answering: Answering | None = None,
        sip_port: int = 0,
        rtp_port: int = 0,
    ) -> None:
        self.owner = owner
        self.answering = answering
        self.address = ""
        self._ports = {"sip_port": sip_port, "rtp_port": rtp_port}
        self._journal = _Switchboard(f"phone {owner.user}", self._incoming)
        self.folder = folder or Path(tempfile.mkdtemp(prefix="phone-"))
        self._agent = AgentProcess(self._journal, self.folder)
        self._calls: dict[int, Leg] = {}
        self._given = 0
        self._answerers: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        try:
            self.address = await self._agent.start(**self._ports)
            await self._take_identity()
        except BaseException:
            await self._agent.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._answerers:
            task.cancel()
        await asyncio.gather(*self._answerers, return_exceptions=True)
        await self._agent.stop()

    @property
    def events(self) -> list[Event]:
        return self._journal.events

    async def call(
        self,
        number: str,
        *,
        caller: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Leg:
        """Dial and return at once. `caller` replaces our From address for this call.

        A number with an '@' is a whole SIP address.
        """
        known = len(self._journal.events)
        exchange = self.owner.exchange or self.owner.registrar
        uri = f"sip:{number}" if "@" in number else f"sip:{number}@{exchange}"
        await self._agent.order("call", uri=uri, local=caller, headers=dict(headers or {}))
        first = next(event for event in self._journal.events[known:] if event.name == "calling")
        return self._leg(first)

    async def dial(self, number: str, within: float = SOON, *, caller: str = "") -> Leg:
        """Dial and wait until somebody picks up."""
        leg = await self.call(number, caller=caller)
        await leg.wait(State.UP, within)
        return leg

    async def incoming(self, within: float = SOON) -> Leg:
        """The next incoming call that was not yet given out by this method."""
        event = await self._journal.until(self._next_incoming, "an incoming call", within)
        self._given += 1
        return self._leg(event)

    async def order(self, name: str, **details: object) -> None:
        """Give the agent an order as it is; for tests of the agent."""
        await self._agent.order(name, **details)

    def _next_incoming(self) -> Event | None:
        arrived = [event for event in self._journal.events if event.name == "incoming"]
        return arrived[self._given] if len(arrived) > self._given else None

    async def _take_identity(self) -> None:
        owner = self.owner
        shown = f"{quoted_name(owner.name)} " if owner.name else ""
        await self._agent.order(
            "be",
            identity=f"{shown}<sip:{owner.user}@{owner.registrar or self.address}>",
            registrar=owner.registrar,
            user=owner.user,
            password=owner.password,
        )
        if owner.registrar:
            await self._journal.until(self._registered, "the registration", SOON)

    def _registered(self) -> bool | None:
        for event in self._journal.events:
            if event.name == "registration":
                if event.facts["code"] == 200:
                    return True
                raise PhoneFailed(f"registration: {event.facts['code']} {event.facts['reason']}")
        return None

    def _incoming(self, event: Event) -> None:
        leg = self._leg(event)
        if self.answering is not None:
            task = asyncio.ensure_future(self._answer(self.answering, leg))
            self._answerers.add(task)
            task.add_done_callback(self._answerers.discard)

    @staticmethod
    async def _answer(answering: Answering, leg: Leg) -> None:
        try:
            await answering(leg)
        except PhoneFailed:
            if not leg.ended:  # a caller who is gone needs no answer
                raise

    def _leg(self, event: Event) -> Leg:
        number = event.leg if event.leg is not None else -1
        if number not in self._calls:
            self._calls[number] = Leg(number, self._agent, event)
        return self._calls[number]


class _Switchboard(Journal):
    """A journal that tells of incoming calls."""

    def __init__(self, owner: str, incoming: Callable[[Event], None]) -> None:
        super().__init__(owner)
        self._incoming = incoming

    def add(self, event: Event) -> None:
        super().add(event)
        if event.name == "incoming":
            self._incoming(event)


__all__ = [
    "Answering",
    "Ending",
    "Leg",
    "Phone",
    "PhoneFailed",
    "PhoneTimeout",
    "State",
    "Subscriber",
    "after",
    "busy",
    "never",
]
