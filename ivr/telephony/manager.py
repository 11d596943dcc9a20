"""The manager client: the rest of the switch, kept in reach.

    connect -> banner -> Login -> Filter... -> Events on -> callbacks re-read state -> up
       ^                                                                              |
       +------------- wait, longer each time, with jitter <------- lost or silent ----+

While it is not up, actions raise `ManagerAway`; those under way when the connection goes do too.
Events are never replayed: what happened while away is found by the callbacks that read the
state again, and they run after events flow, so nothing falls between.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Protocol

from attrs import field, frozen
from twisted.internet.protocol import Factory

from ivr.kernel.errors import HotlineError
from ivr.kernel.units import Seconds, seconds
from ivr.telephony.manager_protocol import ActionRefused, ManagerAway, ManagerProtocol
from ivr.telephony.transport import Adapter
from ivr.wire.ami import Event, Response

ManagerReply = Response
ManagerEvent = Event
OnEvent = Callable[[ManagerEvent], None]
OnUp = Callable[[], Awaitable[None]]


@frozen
class Login:
    """Who we are to Asterisk."""

    user: str
    secret: str = field(repr=False)


@frozen
class Patience:
    """How long to wait for what."""

    connect: Seconds = field(factory=lambda: seconds(5))
    ping: Seconds = field(factory=lambda: seconds(3))
    dead: Seconds = field(factory=lambda: seconds(9))  # silence despite pings
    first: Seconds = field(factory=lambda: seconds(0.2))  # before the first new try; then doubled
    longest: Seconds = field(factory=lambda: seconds(15))

    def before(self, attempt: int, chance: float) -> float:
        """Seconds before try number `attempt` (0, 1...); `chance` in 0..1 spreads the crowd."""
        whole = min(self.longest, self.first * 2.0 ** min(attempt, 30))
        return float(whole * (0.5 + chance / 2))


class ManagerObserver(Protocol):
    """Who watches the connection. Called on the loop; must be quick, must not raise."""

    def up(self) -> None:
        """Connected, and the state has been read again."""

    def down(self, reason: str) -> None:
        """The connection, or an attempt at one, has failed."""

    def fault(self, fault: Exception) -> None:
        """A callback raised what it should not."""


class NobodyWatches:
    """An observer for those who need none."""

    def up(self) -> None:
        pass

    def down(self, reason: str) -> None:
        pass

    def fault(self, fault: Exception) -> None:
        pass


class _Connecting(Factory):
    noisy = False

    def __init__(self, on_event: OnEvent) -> None:
        self._on_event = on_event

    def buildProtocol(self, addr: object) -> ManagerProtocol:  # noqa: ARG002, N802
        return ManagerProtocol(self._on_event)


class ManagerClient:
    """One lasting connection. Start it once; `up` says whether actions can be answered."""

    def __init__(  # noqa: PLR0913 - the parts, not a container
        self,
        address: tuple[str, int],
        login: Login,
        *,
        filters: tuple[str, ...] = (),
        events: bool = True,
        patience: Patience | None = None,
        chance: Callable[[], float] = random.random,
        observer: ManagerObserver | None = None,
    ) -> None:
        """`filters` are Asterisk's event filters: ``!Event: VarSet`` keeps those away.

        Without `events` none come but those that answer an action.
        """
        self._address = address
        self._login = login
        self._filters = filters
        self._events = events
        self._patience = patience or Patience()
        self._chance = chance
        self._observer = observer or NobodyWatches()
        self._handlers: dict[str, list[OnEvent]] = {}
        self._on_up: list[OnUp] = []
        self._protocol: ManagerProtocol | None = None
        self._running: asyncio.Task[None] | None = None
        self.up = False

    def start(self) -> None:
        """Begin to connect, and stay connected until `stop`."""
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._stay_connected())

    async def stop(self) -> None:
        """Close; what is under way raises `ManagerAway`. Safe to call twice."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            await asyncio.wait({running})

    def subscribe(self, handler: OnEvent, *names: str) -> Callable[[], None]:
        """Hand `handler` every event of these names, in order; returns how to end it.

        A handler that raises is reported to the loop and hurts nobody else.
        """
        for name in names:
            self._handlers.setdefault(name, []).append(handler)

        def end() -> None:
            for name in names:
                self._handlers[name].remove(handler)

        return end

    def on_up(self, callback: OnUp) -> None:
        """Run `callback` at each connection, before `up`: the place to read the state again."""
        self._on_up.append(callback)

    async def action(self, name: str, **fields: str) -> ManagerReply:
        """Do one action, fields by name. Raises `ActionRefused`, `ManagerAway`, `BadAction`."""
        response, _ = await self._connected().ask(name, fields.items())
        return response

    async def listing(self, name: str, **fields: str) -> tuple[ManagerEvent, ...]:
        """The events of an action that answers with a list, without the one that ends it."""
        _, events = await self._connected().ask(name, fields.items(), lists=True)
        return events

    async def command(self, line: str) -> tuple[str, ...]:
        """Run a command of Asterisk's console; returns the lines it wrote."""
        return (await self.action("Command", Command=line)).output

    def _connected(self) -> ManagerProtocol:
        if self._protocol is None:
            raise ManagerAway("not connected to Asterisk")
        return self._protocol

    async def _stay_connected(self) -> None:
        attempt = 0
        while True:
            try:
                await self._connect()
                attempt = 0
                await self._watch()
                reason = "connection lost"
            except (HotlineError, OSError, TimeoutError) as error:
                reason = str(error) or type(error).__name__
            except Exception as fault:  # noqa: BLE001 - a wrong callback must not end reconnecting
                self._observer.fault(fault)
                reason = "fault in a callback"
            finally:
                self._disconnect()
            self._observer.down(reason)
            await asyncio.sleep(self._patience.before(attempt, self._chance()))
            attempt += 1

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._patience.connect):
            _, adapter = await loop.create_connection(
                lambda: Adapter(_Connecting(self._heard)), *self._address
            )
            protocol = adapter.protocol
            if not isinstance(protocol, ManagerProtocol):
                raise ManagerAway("the connection went at once")
            self._protocol = protocol
            await asyncio.wait({protocol.greeted, protocol.lost}, return_when="FIRST_COMPLETED")
            await self._introduce()
        for callback in self._on_up:
            await callback()
        self.up = True
        self._observer.up()

    async def _introduce(self) -> None:
        """Log in, and let events come only when the filters stand."""
        login = {"Username": self._login.user, "Secret": self._login.secret, "Events": "off"}
        await self.action("Login", **login)
        for text in self._filters:
            await self.action("Filter", Operation="Add", Filter=text)
        if self._events:
            await self.action("Events", EventMask="on")

    async def _watch(self) -> None:
        """Return when the connection is lost; drop it when it has fallen silent."""
        protocol = self._connected()
        while not protocol.lost.done():
            left = protocol.heard + self._patience.dead - monotonic()
            if left <= 0:
                raise ManagerAway("Asterisk has fallen silent")
            await asyncio.wait({protocol.lost}, timeout=min(self._patience.ping, left))
            if not protocol.lost.done():
                protocol.ping()

    def _disconnect(self) -> None:
        protocol, self._protocol = self._protocol, None
        self.up = False
        if protocol is not None:
            protocol.drop()

    def _heard(self, event: ManagerEvent) -> None:
        loop = asyncio.get_running_loop()
        for handler in self._handlers.get(event.name, ()):
            loop.call_soon(handler, event)  # so a handler's fault is its own


__all__ = [
    "ActionRefused",
    "Login",
    "ManagerAway",
    "ManagerClient",
    "ManagerEvent",
    "ManagerObserver",
    "ManagerReply",
    "OnEvent",
    "OnUp",
    "Patience",
]
