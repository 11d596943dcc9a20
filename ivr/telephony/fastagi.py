"""The FastAGI server: one connection a call, one flow a connection.

    accepted -> environment -> flow <-> replies -> last word -> closed

Asterisk can not tell a crash from a clean end: both are a closed connection. So the last word of
a flow that ended well is a channel variable, LAST_WORD; the dialplan comes back while it is
missing. When the caller hangs up, Asterisk closes the connection (AGIEXITONHANGUP=yes) or says
HANGUP and goes on answering; both end the flow with `CallerGone`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol
from twisted.python.failure import Failure

from ivr.kernel.errors import HotlineError
from ivr.telephony.agi_call import LAST_WORD, FindSound
from ivr.telephony.audio_hearing import Hearing
from ivr.telephony.call import Call
from ivr.telephony.deadlines import Deadlines
from ivr.telephony.fastagi_call import FastAgiCall, NoCallId, Surroundings
from ivr.telephony.limits import AllowList, Limits, Observer, Unobserved
from ivr.telephony.outcomes import says_dead
from ivr.telephony.stepping import Stepper
from ivr.telephony.transport import Adapter, LoopTransport
from ivr.wire.agi import Decoder, Environment, HangupNotice, MalformedAgi, Reply
from ivr.wire.agi_commands import set_variable

RunFlow = Callable[[Call], Coroutine[Any, Any, None]]

LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
BACKLOG: Final = 1024  # calls that arrive in one turn of a busy loop
SETTLE: Final = 5.0  # seconds that stop() gives flows to write down what a cut call had said
_LAST_WORD: Final = set_variable(LAST_WORD, "1")
# Frees what a dead Asterisk left half open: silent for 60 s, then three probes 10 s apart.
_KEEPALIVE: Final = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
)


class NotListening(HotlineError):
    """The server was asked for its port while it has none."""

    id = "not-listening"


class AgiProtocol(Protocol):
    """One connection. Holds no policy: limits and flows are the factory's."""

    factory: AgiFactory
    transport: LoopTransport  # type: ignore[assignment]
    _stepper: Stepper | None = None
    _heard = 0.0
    _caller_gone = False
    _lost = False
    _reason = ""  # why the call ended, once it has

    def __init__(self, host: str) -> None:
        self.host = host
        self._decoder = Decoder()

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        self._write = self.transport.write
        self._turn = self.factory.observer.turn
        self.factory.entered(self)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        """Nearly always it is the one reply that the flow waits for: that road is short."""
        self._heard = heard = perf_counter()
        reply = self._decoder.lone(data)
        stepper = self._stepper
        if reply is None or stepper is None or not stepper.waiting:
            self._hear(data)
            return
        command = stepper.step(reply)
        if command is not None:
            self._write(command)
            self._turn(perf_counter() - heard)

    def connectionLost(self, reason: Failure | None = None) -> None:  # noqa: ARG002, N802
        self._lost = self._caller_gone = True
        if self._stepper is None:
            self.factory.refused(self, self._reason or "left")
        elif self._stepper.finished:
            self.factory.closed(self, self._reason)
        else:
            self._stepper.gone()

    def abandon(self) -> None:
        """End the flow wherever it is; the service stops."""
        self._reason = "stopped"
        if self._stepper is not None:
            self._stepper.abandon()

    def give_way(self) -> None:
        """Too many of this address wait. Asterisk says all at once, so the oldest is not it."""
        self.factory.waits_no_longer(self)
        self.drop("waiting")

    def drop(self, reason: str) -> None:
        """Cut the connection; of several reasons the first is told."""
        self._reason = self._reason or reason
        self.transport.abortConnection()

    def _hear(self, data: bytes) -> None:
        try:
            messages = self._decoder.feed(data)
        except MalformedAgi:
            self.drop("malformed")
            return
        for message in messages:
            if type(message) is Reply:
                self._replied(message)
            elif type(message) is HangupNotice:
                self._hung_up()
            elif type(message) is Environment:
                self._begin(message)

    def _replied(self, reply: Reply) -> None:
        if self._stepper is None or not self._stepper.waiting:
            self._answered_unasked()
        elif says_dead(reply):
            self._caller_gone = True
            self._stepper.gone()
        else:
            self._send(self._stepper.step(reply))

    def _begin(self, environment: Environment) -> None:
        try:
            call = FastAgiCall(environment, self.factory.around, self._hung_up)
        except NoCallId:
            self.drop("malformed")
            return
        self.factory.opened(self)
        self._stepper = Stepper(self.factory.run(call), self._send, self._ended)
        self._send(self._stepper.start())

    def _send(self, command: bytes | None) -> None:
        """What the flow has come to; None when it thinks, or has ended."""
        if command is not None:
            self._write(command)
            self._turn(perf_counter() - self._heard)

    def _answered_unasked(self) -> None:
        if self._reason == "done":
            self.transport.loseConnection()  # the last word has been heard

    def _hung_up(self) -> None:
        self._caller_gone = True
        if self._stepper is not None:
            self._stepper.hung_up()

    def _ended(self, fault: Exception | None) -> None:
        if fault is not None:
            self.factory.observer.fault(fault)
        self._reason = self._reason or self._why(fault)
        if self._lost:
            self.factory.closed(self, self._reason)
        elif self._reason == "done":
            self.factory.parting.begin(self)
            self.transport.write(_LAST_WORD)
        else:
            self.transport.loseConnection()

    def _why(self, fault: Exception | None) -> str:
        if fault is not None:
            return "fault"
        return "caller-gone" if self._caller_gone else "done"


class AgiFactory(Factory):
    """What the connections share: who may come, how many, and what to do with a call."""

    noisy = False

    def __init__(  # noqa: PLR0913 - the parts, not a container
        self,
        run: RunFlow,
        *,
        sounds: FindSound,
        recordings: Path,
        limits: Limits,
        allow: AllowList,
        observer: Observer,
        hearing: Hearing | None,
    ) -> None:
        self.run = run
        self.limits = limits
        self.observer = observer
        self.around = Surroundings(sounds, recordings, observer, hearing)
        self._allow = allow
        self._waiting: dict[str, dict[AgiProtocol, None]] = {}  # who came first stands first
        self._arriving = Deadlines[AgiProtocol](limits.environment, lambda late: late.drop("slow"))
        self.parting = Deadlines[AgiProtocol](limits.last_word, lambda late: late.drop("done"))
        self.live: set[AgiProtocol] = set()
        self.idle = asyncio.Event()
        self.idle.set()

    def buildProtocol(  # type: ignore[override]  # noqa: N802
        self, addr: IAddress | None
    ) -> AgiProtocol | None:
        """A protocol for a peer that may come in, or None."""
        host = str(getattr(addr, "host", ""))
        reason = self._refusal(host)
        if reason:
            self.observer.refused(reason)
            return None
        protocol = AgiProtocol(host)
        protocol.factory = self
        return protocol

    def entered(self, protocol: AgiProtocol) -> None:
        if not self.live:
            self.idle.clear()
        self.live.add(protocol)
        waiting = self._waiting.setdefault(protocol.host, {})
        waiting[protocol] = None
        self._arriving.begin(protocol)
        if len(waiting) > self.limits.waiting:
            next(iter(waiting)).give_way()

    def opened(self, protocol: AgiProtocol) -> None:
        self.waits_no_longer(protocol)
        self.observer.opened()

    def refused(self, protocol: AgiProtocol, reason: str) -> None:
        self.waits_no_longer(protocol)
        self._left(protocol)
        self.observer.refused(reason)

    def closed(self, protocol: AgiProtocol, reason: str) -> None:
        if protocol in self.live:
            self._left(protocol)
            self.observer.closed(reason)

    def _refusal(self, host: str) -> str:
        if host not in self._allow:
            return "address"
        return "connections" if len(self.live) >= self.limits.connections else ""

    def waits_no_longer(self, protocol: AgiProtocol) -> None:
        """Its environment is in, or it has lost its place to another."""
        self._arriving.end(protocol)
        waiting = self._waiting.get(protocol.host, {})
        waiting.pop(protocol, None)
        if not waiting:
            self._waiting.pop(protocol.host, None)

    def _left(self, protocol: AgiProtocol) -> None:
        self.parting.end(protocol)
        self.live.discard(protocol)
        if not self.live:
            self.idle.set()


class FastAgiServer:
    """Listens for Asterisk and runs `run` for each call.

    A fault in a flow ends that call alone and is told to `observer`. With `hearing` callers may
    speak.
    """

    def __init__(  # noqa: PLR0913 - the parts, not a container
        self,
        run: RunFlow,
        *,
        sounds: FindSound,
        recordings: Path,
        limits: Limits | None = None,
        allow: tuple[str, ...] = LOOPBACK,
        observer: Observer | None = None,
        hearing: Hearing | None = None,
    ) -> None:
        self._factory = AgiFactory(
            run,
            sounds=sounds,
            recordings=recordings,
            limits=limits or Limits(),
            allow=AllowList(allow),
            observer=observer or Unobserved(),
            hearing=hearing,
        )
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def port(self) -> int:
        """The port listened on; raises `NotListening` outside start and stop."""
        if self._server is None:
            raise NotListening("start the server first")
        return self._port

    @property
    def live(self) -> int:
        """Connections now open, or whose flow still writes something down."""
        return len(self._factory.live)

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises OSError when the address is taken."""
        listener = _listener(host, port)
        self._port = listener.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            partial(Adapter, self._factory), sock=listener, backlog=BACKLOG
        )

    async def stop(self, grace: float) -> None:
        """Take no more calls, let those here end within `grace` seconds, then cut them.

        A cut call has no last word, so its caller comes back to another server; what its flow
        still has to write down gets SETTLE seconds.
        """
        if self._server is not None:
            self._server.close()
            self._server = None
        if await self._quiet_within(grace):
            return
        for protocol in tuple(self._factory.live):
            protocol.transport.abortConnection()
        if not await self._quiet_within(SETTLE):
            for protocol in tuple(self._factory.live):
                protocol.abandon()

    async def _quiet_within(self, limit: float) -> bool:
        try:
            await asyncio.wait_for(self._factory.idle.wait(), limit)
        except TimeoutError:
            return False
        return True


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for level, option, value in _KEEPALIVE:  # inherited by what it accepts
            listener.setsockopt(level, option, value)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
