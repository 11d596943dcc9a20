"""One connection to Asterisk's manager interface: actions out, answers and events in.

Holds no policy: when to connect, log in, ping and give up is the client's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import count
from time import monotonic
from typing import Final

from attrs import define, field
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure

from ivr.kernel.errors import HotlineError
from ivr.telephony.transport import LoopTransport
from ivr.wire.ami import Banner, Decoder, Event, MalformedAmi, Response, action

ANSWER_WITHIN: Final = 30.0  # seconds; a command on a busy switch takes one or two
MAX_PENDING: Final = 1000  # actions without an answer; beyond that Asterisk is not keeping up
MAX_LISTED: Final = 100_000  # items of one list; a queue of a whole country is shorter


class ManagerAway(HotlineError):
    """No answer can be had from Asterisk now. The action may or may not have been done."""

    id = "manager-away"


class ActionRefused(HotlineError):
    """Asterisk answered with an error; the message is its own."""

    id = "action-refused"


@define(eq=False)
class _Pending:
    name: str
    answer: asyncio.Future[tuple[Response, tuple[Event, ...]]]
    deadline: asyncio.TimerHandle
    lists: bool
    response: Response | None = None
    events: list[Event] = field(factory=list)


class ManagerProtocol(Protocol):
    """`heard` is when bytes last came; `greeted` and `lost` are done when that has happened."""

    transport: LoopTransport  # type: ignore[assignment]

    def __init__(self, on_event: Callable[[Event], None]) -> None:
        loop = asyncio.get_running_loop()
        self.heard = monotonic()
        self.greeted: asyncio.Future[None] = loop.create_future()
        self.lost: asyncio.Future[None] = loop.create_future()
        self._on_event = on_event
        self._decoder = Decoder()
        self._pending: dict[str, _Pending] = {}
        self._ids = count(1)

    async def ask(
        self, name: str, fields: Iterable[tuple[str, str]], *, lists: bool = False
    ) -> tuple[Response, tuple[Event, ...]]:
        """Send an action and wait for its response, and with `lists` for the list it starts.

        Raises `ActionRefused`, or `ManagerAway` when the connection goes first.
        """
        if self.lost.done() or len(self._pending) >= MAX_PENDING:
            raise ManagerAway(f"{name}: not connected, or too much unanswered")
        action_id = str(next(self._ids))
        line = action(name, fields, action_id)
        loop = asyncio.get_running_loop()
        deadline = loop.call_later(ANSWER_WITHIN, self._late, action_id)
        pending = _Pending(name, loop.create_future(), deadline, lists)
        self._pending[action_id] = pending
        self.transport.write(line)
        try:
            return await pending.answer
        finally:
            deadline.cancel()
            self._pending.pop(action_id, None)

    def ping(self) -> None:
        """Make Asterisk say something; nobody waits for it."""
        self.transport.write(action("Ping", (), "ping"))

    def drop(self) -> None:
        """Close at once; `lost` is done soon after."""
        self.transport.abortConnection()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self.heard = monotonic()
        try:
            messages = self._decoder.feed(data)
        except MalformedAmi:
            self.drop()
            return
        for message in messages:
            if isinstance(message, Event):
                self._event(message)
            elif isinstance(message, Response):
                self._response(message)
            elif isinstance(message, Banner) and not self.greeted.done():
                self.greeted.set_result(None)

    def connectionLost(self, reason: Failure | None = None) -> None:  # noqa: ARG002, N802
        for pending in tuple(self._pending.values()):
            _fail(pending, ManagerAway(f"{pending.name}: the connection went"))
        if not self.lost.done():
            self.lost.set_result(None)

    def _response(self, response: Response) -> None:
        pending = self._pending.get(response.action_id)
        if pending is None:
            return
        if not response.succeeded:
            why = " ".join((response.message, *response.output[:1]))
            _fail(pending, ActionRefused(f"{pending.name}: {why}"))
        elif pending.lists and response.starts_list:
            pending.response = response
        else:
            _finish(pending, response)

    def _event(self, event: Event) -> None:
        pending = self._pending.get(event.action_id)
        if pending is None or pending.response is None:
            self._on_event(event)
        elif event.ends_list:
            _finish(pending, pending.response)
        elif len(pending.events) < MAX_LISTED:
            pending.events.append(event)
        else:
            _fail(pending, ManagerAway(f"{pending.name}: a list without end"))

    def _late(self, action_id: str) -> None:
        pending = self._pending.get(action_id)
        if pending is not None:
            _fail(pending, ManagerAway(f"{pending.name}: no answer in {ANSWER_WITHIN:.0f} s"))


def _finish(pending: _Pending, response: Response) -> None:
    if not pending.answer.done():
        pending.answer.set_result((response, tuple(pending.events)))


def _fail(pending: _Pending, error: HotlineError) -> None:
    if not pending.answer.done():
        pending.answer.set_exception(error)
