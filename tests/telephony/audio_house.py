"""An AudioSocket server without a socket: its callers, and wires in memory.

Streams are given their beats by hand; the loop's own timers do not run meanwhile, because a test
that does not wait gives them no turn.
"""

from uuid import UUID

from ivr.telephony.audio import AudioFactory, AudioLimits, Unwatched
from ivr.telephony.audio_stream import StreamAdapter
from ivr.telephony.limits import AllowList

LOUD = b"\x10\x20" * 160
KEY_5 = b"\x03\x00\x015"
SILENT = b"\x02\x00\x00"
NOBODYS = UUID(int=114)


def identity(uuid):
    return b"\x01\x00\x10" + uuid.bytes


class Watcher(Unwatched):
    """Remembers what it was told."""

    def __init__(self):
        self.told = []

    def opened(self):
        self.told.append("opened")

    def closed(self, why, reason):
        self.told.append(f"closed {why.value} {reason}".rstrip())

    def refused(self, reason):
        self.told.append(f"refused {reason}")

    def fault(self, fault):
        self.told.append(f"fault {type(fault).__name__}")


class Wire:
    """A transport of the loop: what was written, and whether it is still there."""

    def __init__(self, host="127.0.0.1"):
        self.written = []
        self.open = True
        self.adapter = None
        self.limits = {}
        self._host = host

    def write(self, data):
        self.written.append(data)

    def abort(self):
        self._gone()

    close = abort

    def _gone(self):
        if self.open:
            self.open = False
            self.adapter.connection_lost(None)

    def set_write_buffer_limits(self, high, low):  # noqa: ARG002
        self.high = high

    def set_protocol(self, protocol):
        self.protocol = protocol

    def get_extra_info(self, name):  # noqa: ARG002 - only peers are asked for
        return (self._host, 40000)


class Caller:
    """The party at our end: what it was told, and what it says next."""

    def __init__(self, *says):
        self.stream = None
        self.says = list(says)
        self.heard_frames = []
        self.keys = ""
        self.ends = []

    def begin(self, stream):
        self.stream = stream

    def beat(self):
        return self.says.pop(0) if self.says else b""

    def heard(self, frame, played):
        self.heard_frames.append((frame, played))

    def pressed(self, key):
        self.keys += key

    def ended(self, why):
        self.ends.append(why)


def a_beat(factory):
    """Everybody's turn, without waiting for it."""
    for part in factory.beat._parts:
        part._turn()


class House:
    """A server without a socket."""

    def __init__(self, **limits):
        self.watcher = Watcher()
        self.factory = AudioFactory(
            AudioLimits(**limits), AllowList(("127.0.0.0/8",)), self.watcher
        )

    def connect(self, *said, host="127.0.0.1"):
        wire = Wire(host)
        wire.adapter = StreamAdapter(self.factory)
        wire.adapter.connection_made(wire)
        for data in said:
            if wire.open:
                wire.adapter.data_received(data)
        return wire

    def talk(self, *says):
        """A caller and their wire, connected."""
        caller = Caller(*says)
        place = self.factory.book(caller)
        return caller, self.connect(identity(place.uuid)), place

    def beats(self, number=1):
        for _ in range(number):
            a_beat(self.factory)
