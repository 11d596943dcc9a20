"""The AudioSocket server: who may connect, whose sound it is, how much is borne.

A call books a place, has Asterisk connect to it by the place's UUID, and hears its party's end.
The UUID can not be guessed, is good once, and only while it is booked.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Final, Protocol
from uuid import UUID, uuid4

from attrs import frozen
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory

from ivr.kernel.units import Seconds, seconds
from ivr.telephony.audio_beat import Beat, Member
from ivr.telephony.audio_stream import Party, Stream, StreamAdapter, StreamEnd
from ivr.telephony.limits import AllowList

LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
BACKLOG: Final = 256
IDENTITY_WITHIN: Final = seconds(2)
LINGER: Final = seconds(1)
UNSENT: Final = 8192  # bytes the kernel may keep for a switch that does not read: half a second


@frozen
class AudioLimits:
    """Bounds of one server, each with its reason."""

    streams: int = 200  # half a core; beyond it callers key
    waiting: int = 64  # connections that have not said whose they are
    identity: Seconds = IDENTITY_WITHIN  # Asterisk says it with its first packet
    linger: Seconds = LINGER  # for the switch to close after our end; it does at once


class AudioObserver(Protocol):
    """Who watches the server. Called on the loop; must be quick, must not raise."""

    def opened(self) -> None:
        """A call's sound has come."""

    def closed(self, why: StreamEnd, reason: str) -> None:
        """It has ended; `reason` says more where there is more: 'congested', 'malformed'."""

    def refused(self, reason: str) -> None:
        """A connection was nobody's: 'address', 'waiting', 'unknown', 'slow', 'malformed'."""

    def late(self, beats: int) -> None:
        """The loop was held up: every stream is that many beats behind."""

    def fault(self, fault: Exception) -> None:
        """A party raised what it should not; its stream was cut."""

    def deaf(self, why: str) -> None:
        """A question could not be heard and was asked for keys."""


class Unwatched:
    """Nobody watches."""

    def opened(self) -> None:
        pass

    def closed(self, why: StreamEnd, reason: str) -> None:
        pass

    def refused(self, reason: str) -> None:
        pass

    def late(self, beats: int) -> None:
        pass

    def fault(self, fault: Exception) -> None:
        pass

    def deaf(self, why: str) -> None:
        pass


class Place:
    """A stream to come, or that has come. `closed` is done when it is no more."""

    def __init__(self, party: Party, factory: AudioFactory) -> None:
        self.uuid = uuid4()
        self.party = party
        self.stream: Stream | None = None
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._factory = factory

    def give_up(self) -> None:
        """Nobody wants it any more: what is connected is cut. Safe to call again."""
        self._factory.forget(self)
        if self.stream is not None:
            self.stream.drop("given up")

    def is_closed(self) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


class AudioFactory(Factory):
    """What the streams share."""

    noisy = False

    def __init__(self, limits: AudioLimits, allow: AllowList, observer: AudioObserver) -> None:
        self.limits = limits
        self.observer = observer
        self.beat = Beat(observer.late, self.failed)
        self._allow = allow
        self._booked: dict[UUID, Place] = {}
        self._waiting: dict[Stream, None] = {}  # who came first stands first
        self._places: dict[Stream, Place] = {}

    @property
    def taken(self) -> int:
        return len(self._booked) + len(self._places)

    def book(self, party: Party) -> Place | None:
        if self.taken >= self.limits.streams:
            return None
        place = Place(party, self)
        self._booked[place.uuid] = place
        return place

    def forget(self, place: Place) -> None:
        if self._booked.pop(place.uuid, None) is not None:
            place.is_closed()

    def buildProtocol(  # type: ignore[override]  # noqa: N802
        self, addr: IAddress | None
    ) -> Stream | None:
        """A stream for a peer that may come in, or None."""
        host = str(getattr(addr, "host", ""))
        if host not in self._allow:
            self.observer.refused("address")
            return None
        stream = Stream(host)
        stream.factory = self
        return stream

    def entered(self, stream: Stream) -> None:
        """Too many that say nothing: the oldest goes. Asterisk speaks at once and is not it."""
        self._waiting[stream] = None
        if len(self._waiting) > self.limits.waiting:
            next(iter(self._waiting)).drop("waiting")

    def claimed(self, stream: Stream, uuid: UUID) -> Party | None:
        """Whose sound `stream` is, once; None when nobody waits for it."""
        place = self._booked.pop(uuid, None)
        if place is None:
            return None
        self._waiting.pop(stream, None)
        self._places[stream] = place
        place.stream = stream
        self.observer.opened()
        return place.party

    def left(self, stream: Stream, why: StreamEnd, reason: str) -> None:
        place = self._places.pop(stream, None)
        if place is None:
            self._waiting.pop(stream, None)
            self.observer.refused(reason or "left")
            return
        self.beat.leave(stream)
        self.observer.closed(why, reason)
        place.is_closed()

    def close(self) -> None:
        for stream in (*self._waiting, *self._places):
            stream.drop("stopped")

    def failed(self, member: Member, fault: Exception) -> None:
        """A stream's party raised what it should not; the others go on."""
        self.observer.fault(fault)
        if isinstance(member, Stream):
            member.drop("fault")


class AudioServer:
    """Listens for the sound of calls that have booked a place."""

    def __init__(
        self,
        *,
        limits: AudioLimits | None = None,
        allow: tuple[str, ...] = LOOPBACK,
        observer: AudioObserver | None = None,
    ) -> None:
        self.observer: AudioObserver = observer or Unwatched()
        self._factory = AudioFactory(limits or AudioLimits(), AllowList(allow), self.observer)
        self._server: asyncio.Server | None = None
        self.address = ""  # where Asterisk finds it; '' while it does not listen

    @property
    def streams(self) -> int:
        """Places booked or taken."""
        return self._factory.taken

    @property
    def has_room(self) -> bool:
        """Whether `book` would give a place."""
        return bool(self.address) and self.streams < self._factory.limits.streams

    def book(self, party: Party) -> Place | None:
        """A place for one stream; None when all are taken or nobody listens."""
        return self._factory.book(party) if self.address else None

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises OSError when the address is taken."""
        listener = _listener(host, port)
        self.address = f"{host}:{listener.getsockname()[1]}"
        self._server = await asyncio.get_running_loop().create_server(
            lambda: StreamAdapter(self._factory), sock=listener, backlog=BACKLOG
        )

    async def stop(self) -> None:
        """Take no more, and cut what there is: its callers go on where the flow sends them."""
        self.address = ""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._factory.close()


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Inherited by what it accepts.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNSENT)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
