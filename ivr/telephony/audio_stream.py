"""One AudioSocket connection: the sound of one call, both ways.

    accepted -> identity -> party: beat, heard, pressed ... -> end -> closed

Asterisk ends by closing the connection, whatever the reason: a hang-up, a redirect, a crash. We
end with END and go on reading until it closes, because keys may still be under way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol, cast

from twisted.internet import protocol
from twisted.python.failure import Failure

from ivr.telephony.transport import Adapter, LoopTransport
from ivr.wire.audiosocket import (
    END,
    FRAME,
    Decoder,
    Identity,
    Key,
    MalformedAudio,
    Message,
    Silence,
    Sound,
    sound,
)

if TYPE_CHECKING:
    from ivr.telephony.audio import AudioFactory

SILENCE: Final = bytes(FRAME)
_QUIET: Final = sound(SILENCE)  # said while we listen: some exchanges end a call whose sound stops
# Beats without sound of the caller before silence is made up for it: a network that stutters for
# less than 200 ms delivers everything in the end, and silence put between would spoil a word.
GAP: Final = 10
AT_ONCE: Final = 50  # frames in one beat; a second of sound at once is what a stall left behind
CONGESTED: Final = 10 * FRAME  # bytes the peer may leave unread: what is older is no use to it
GIVE_UP: Final = 100  # beats of congestion: two seconds


class StreamEnd(Enum):
    """Why a stream ended."""

    OURS = "ours"  # we had what we wanted
    THEIRS = "theirs"  # the switch closed it: the caller hung up, or was taken elsewhere
    BROKEN = "broken"  # it was no AudioSocket any more, or nobody read it


class Party(Protocol):
    """Who is at our end of a stream."""

    def begin(self, stream: Stream) -> None:
        """The stream is there: the caller can be heard from now on."""

    def beat(self) -> bytes:
        """20 ms have passed: the FRAME bytes to play in the next, b"" for none."""

    def heard(self, frame: bytes, played: bytes) -> None:
        """FRAME bytes of the caller, and what they were told meanwhile."""

    def pressed(self, key: str) -> None:
        """A key; may come after our end of the stream was asked for."""

    def ended(self, why: StreamEnd) -> None:
        """The stream is no more. The last thing a party is told."""


class Stream(protocol.Protocol):
    """One connection. Holds no policy: who may come is the factory's, what is said the party's."""

    factory: AudioFactory
    transport: LoopTransport  # type: ignore[assignment]

    def __init__(self, host: str) -> None:
        self.host = host
        self.party: Party | None = None
        self._decoder = Decoder()
        self._deadline: asyncio.TimerHandle | None = None
        self._why: StreamEnd | None = None
        self._reason = ""
        self._rest = b""  # less than a frame of the caller's sound
        self._played = b""
        self._unheard = 0  # beats since the caller's last sound
        self._frames = 0  # of the caller in this beat
        self._blocked = 0  # beats for which nobody has read what we write, 0 when somebody does

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        self.factory.entered(self)
        self._within(self.factory.limits.identity, "slow")

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        try:
            self._take(self._decoder.feed(data))
        except MalformedAudio as error:
            self._take(error.before)
            self.drop("malformed")
        except Exception as fault:  # noqa: BLE001 - as on the beat: a fault ends one stream
            self.factory.failed(self, fault)

    def connectionLost(self, reason: Failure | None = None) -> None:  # noqa: ARG002, N802
        self._no_deadline()
        why = self._why or StreamEnd.THEIRS
        self.factory.left(self, why, self._reason)
        if self.party is not None:
            self.party.ended(why)

    def beat(self) -> None:
        """One beat: say the next frame or silence, and hear silence where the caller sends none."""
        party = self.party
        if party is None or self._why is not None:
            return
        self._frames = 0
        frame = party.beat()
        if self._blocked:
            frame = self._held_up()
        elif self._why is None:
            self.transport.write(sound(frame) if frame else _QUIET)
        self._played = frame
        self._unheard += 1
        if self._unheard > GAP and self._why is None:
            party.heard(SILENCE, frame)

    def finish(self) -> None:
        """We have what we wanted: the call goes on after the application."""
        if self._why is None:
            self._why = StreamEnd.OURS
            self.factory.beat.leave(self)
            self.transport.write(END)
            self._within(self.factory.limits.linger, "linger")

    def expect_close(self) -> None:
        """The switch has said that it is over; its last keys may still be under way."""
        self._within(self.factory.limits.linger, "linger")

    def drop(self, reason: str) -> None:
        """Close now; `reason` is for those who count."""
        self._why = self._why or StreamEnd.BROKEN
        self._reason = self._reason or reason
        self.factory.beat.leave(self)
        self.transport.abortConnection()

    def congested(self, blocked: bool) -> None:
        """The switch does not read what we write, or reads again."""
        self._blocked = 1 if blocked else 0

    def _take(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if type(message) is Sound:
                self._sound(message.samples)
            elif type(message) is Key:
                self._key(message.key)
            elif type(message) is Identity:
                self._identify(message)
            elif type(message) is not Silence:
                self.transport.loseConnection()  # the switch has done with it

    def _identify(self, message: Identity) -> None:
        if self.party is not None:
            self.drop("malformed")
            return
        party = self.factory.claimed(self, message.uuid)
        if party is None:
            self.drop("unknown")
            return
        self._no_deadline()
        self.party = party
        self.factory.beat.join(self)
        party.begin(self)

    def _sound(self, samples: bytes) -> None:
        self._unheard = 0
        if self._rest or len(samples) != FRAME:
            self._pieces(samples)
        else:
            self._frame(samples)

    def _pieces(self, samples: bytes) -> None:
        """Packets of another length, as frames."""
        held = self._rest + samples
        whole = len(held) - len(held) % FRAME
        self._rest = held[whole:]
        for at in range(0, whole, FRAME):
            self._frame(held[at : at + FRAME])

    def _frame(self, frame: bytes) -> None:
        self._frames += 1
        if self.party is None:
            self.drop("unnamed")
        elif self._why is None and self._frames <= AT_ONCE:
            self.party.heard(frame, self._played)

    def _key(self, key: str) -> None:
        if self.party is None:
            self.drop("unnamed")
        else:
            self.party.pressed(key)

    def _held_up(self) -> bytes:
        """What was not read in time is not said any more."""
        self._blocked += 1
        if self._blocked > GIVE_UP:
            self.drop("congested")
        return b""

    def _within(self, limit: float, reason: str) -> None:
        self._no_deadline()
        self._deadline = asyncio.get_running_loop().call_later(limit, self.drop, reason)

    def _no_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class StreamAdapter(Adapter):
    """A connection of the loop for a `Stream`: who does not read is not waited for."""

    __slots__ = ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).set_write_buffer_limits(high=CONGESTED, low=0)
        super().connection_made(transport)

    def pause_writing(self) -> None:
        self._tell(blocked=True)

    def resume_writing(self) -> None:
        self._tell(blocked=False)

    def _tell(self, *, blocked: bool) -> None:
        if isinstance(self.protocol, Stream):
            self.protocol.congested(blocked)
