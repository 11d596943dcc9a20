"""The event loop's own transports under Twisted protocols.

Twisted's sockets on the asyncio reactor write one turn of the loop late and never use uvloop's
transports; through this adapter a command costs a third as much. Only what our protocols use
is offered: write, writeSequence, loseConnection, abortConnection, getPeer, getHost.

When the peer does not read what we wrote, we stop reading from it until it does, so that
nobody can make this process hold more than a write buffer for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol
from twisted.python.failure import Failure
from zope.interface import implementer  # type: ignore[import-untyped]

_DONE: Final = Failure(ConnectionDone())  # type: ignore[no-untyped-call]
_LOST: Final = Failure(ConnectionLost())  # type: ignore[no-untyped-call]


@implementer(IAddress)
class TcpAddress(NamedTuple):
    """One end of a connection; one is made for each call, and Twisted's own checks itself."""

    host: str
    port: int


class LoopTransport:
    """What a Twisted protocol sees of a transport of the loop."""

    __slots__ = ("_loop_transport", "write")

    def __init__(self, loop_transport: asyncio.Transport) -> None:
        self._loop_transport = loop_transport
        self.write = loop_transport.write  # the hot path: nothing in between

    def writeSequence(self, data: Iterable[bytes]) -> None:  # noqa: N802 - Twisted's name
        self._loop_transport.writelines(list(data))

    def loseConnection(self) -> None:  # noqa: N802
        """Close when everything written has gone out."""
        self._loop_transport.close()

    def abortConnection(self) -> None:  # noqa: N802
        """Close now; what was not sent is lost."""
        self._loop_transport.abort()

    def getPeer(self) -> TcpAddress:  # noqa: N802
        return address(self._loop_transport.get_extra_info("peername"))

    def getHost(self) -> TcpAddress:  # noqa: N802
        return address(self._loop_transport.get_extra_info("sockname"))


def _unheard(_: bytes) -> None:
    """There is no protocol yet, or none any more."""


class Adapter(asyncio.Protocol):
    """One connection of the loop, handed to the protocol that the factory builds for it."""

    __slots__ = ("_factory", "_loop_transport", "_protocol", "data_received")

    # The protocol's own: nothing in between here either.
    data_received: Callable[[bytes], None]  # type: ignore[assignment]

    def __init__(self, factory: Factory) -> None:
        self.data_received = _unheard
        self._factory = factory
        self._loop_transport: asyncio.Transport | None = None
        self._protocol: Protocol | None = None

    @property
    def protocol(self) -> Protocol | None:
        """The Twisted protocol; None when the factory refused the connection."""
        return self._protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        stream: Any = transport  # asyncio.Transport, but uvloop's do not inherit from it
        self._loop_transport = stream
        peer: Any = address(stream.get_extra_info("peername"))
        protocol: Any = self._factory.buildProtocol(peer)
        if protocol is None:
            stream.abort()
            return
        self._protocol = protocol
        self.data_received = protocol.dataReceived
        stream.set_protocol(self)  # uvloop looks only here for whom the data is
        protocol.makeConnection(LoopTransport(stream))

    def connection_lost(self, exc: Exception | None) -> None:
        protocol, self._protocol = self._protocol, None
        self.data_received = _unheard
        if protocol is not None:
            protocol.connectionLost(_DONE if exc is None else _LOST)

    def pause_writing(self) -> None:
        if self._loop_transport is not None:
            self._loop_transport.pause_reading()

    def resume_writing(self) -> None:
        if self._loop_transport is not None:
            self._loop_transport.resume_reading()


def address(name: Any) -> TcpAddress:
    """A socket's name as Twisted has it; a socket already closed has the address ''."""
    if not name:
        return TcpAddress("", 0)
    return TcpAddress(name[0], name[1])
