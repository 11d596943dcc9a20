"""The AudioSocket server: who may connect, whose sound it is, how a stream lives and ends.

Streams are fed bytes through a wire in memory and given their beats by hand; the loop's own timers
do not run meanwhile, because a test that does not wait gives them no turn.
"""

import asyncio
import contextlib
from uuid import UUID

import pytest

from ivr.telephony.audio import AudioFactory, AudioLimits, AudioServer, Unwatched
from ivr.telephony.audio_stream import AT_ONCE, GAP, GIVE_UP, SILENCE, StreamAdapter, StreamEnd
from ivr.telephony.limits import AllowList
from ivr.wire.audiosocket import END, FRAME, sound

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

    def get_extra_info(self, name):  # noqa: ARG002 - both ends are here  # noqa: ARG002 - only peers are asked for
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


@pytest.fixture
async def house():
    made = House()
    yield made
    made.factory.close()


async def test_a_frame_goes_out_on_each_beat_and_the_ear_knows_what_was_played(house):
    caller, wire, _ = house.talk(LOUD, LOUD)
    house.beats(3)
    wire.adapter.data_received(sound(SILENCE))
    assert wire.written == [sound(LOUD), sound(LOUD), sound(SILENCE)]
    assert caller.heard_frames == [(SILENCE, b"")]
    caller.says.append(LOUD)
    house.beats()
    wire.adapter.data_received(sound(SILENCE))
    assert caller.heard_frames[-1] == (SILENCE, LOUD)


async def test_a_name_is_good_once(house):
    caller = Caller()
    place = house.factory.book(caller)
    first = house.connect(identity(place.uuid))
    second = house.connect(identity(place.uuid))
    assert first.open
    assert not second.open
    assert house.watcher.told == ["opened", "refused unknown"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (identity(NOBODYS), "unknown"),
        (b"GET / HTTP/1.1\r\n\r\n", "malformed"),
        (sound(LOUD), "unnamed"),
        (KEY_5, "unnamed"),
        (END, "left"),
    ],
)
async def test_who_does_not_say_whose_sound_it_is_is_nobody(house, said, reason):
    assert not house.connect(said).open
    assert house.watcher.told == [f"refused {reason}"]


async def test_a_stranger_is_not_let_in(house):
    assert not house.connect(host="192.0.2.7").open
    assert house.watcher.told == ["refused address"]


async def test_a_place_given_up_lets_nobody_in_and_cuts_who_is_in(house):
    place = house.factory.book(Caller())
    place.give_up()
    assert place.closed.done()
    assert not house.connect(identity(place.uuid)).open
    caller, wire, taken = house.talk()
    taken.give_up()
    taken.give_up()
    assert not wire.open
    assert caller.ends == [StreamEnd.BROKEN]
    assert house.factory.taken == 0


async def test_no_more_places_than_streams_are_borne():
    house = House(streams=2)
    _, wire, _ = house.talk()
    assert house.factory.book(Caller()) is not None
    assert house.factory.book(Caller()) is None
    wire.abort()
    assert house.factory.book(Caller()) is not None
    house.factory.close()


async def test_those_who_only_stand_there_keep_nobody_out():
    house = House(waiting=3)
    idle = [house.connect() for _ in range(3)]
    _, wire, _ = house.talk()
    assert [each.open for each in idle] == [False, True, True]
    assert wire.open
    house.factory.close()


async def test_our_end_is_said_once_and_keys_under_way_are_still_taken(house):
    caller, wire, place = house.talk(LOUD)
    caller.stream.finish()
    caller.stream.finish()
    house.beats()
    wire.adapter.data_received(KEY_5 + sound(LOUD))
    assert wire.written == [END]
    assert (caller.keys, caller.heard_frames) == ("5", [])
    assert not place.closed.done()
    wire.abort()
    assert caller.ends == [StreamEnd.OURS]
    assert place.closed.done()
    assert house.watcher.told == ["opened", "closed ours"]


async def test_a_switch_that_closes_was_not_our_doing(house):
    caller, wire, _ = house.talk()
    wire.abort()
    assert caller.ends == [StreamEnd.THEIRS]


@pytest.mark.parametrize(
    "said", [b"\x10\x00\x01\x00", b"\x42\x00\x00", identity(NOBODYS), b"\x10\xff\xff"]
)
async def test_bytes_that_are_none_of_it_break_the_stream(house, said):
    caller, wire, _ = house.talk()
    wire.adapter.data_received(said)
    assert not wire.open
    assert caller.ends == [StreamEnd.BROKEN]
    assert house.watcher.told[-1] == "closed broken malformed"


async def test_packets_of_another_length_reach_the_ear_as_frames(house):
    caller, wire, _ = house.talk()
    packet = b"\x10\x01\xe0" + bytes(480)  # 30 ms
    wire.adapter.data_received(packet + packet + packet)
    assert [len(frame) for frame, _ in caller.heard_frames] == [FRAME] * 4


async def test_a_telephone_that_sends_nothing_is_heard_as_silence(house):
    caller, wire, _ = house.talk()
    house.beats(GAP)
    assert caller.heard_frames == []
    house.beats(2)
    assert caller.heard_frames == [(SILENCE, b"")] * 2
    wire.adapter.data_received(sound(LOUD) + SILENT)
    house.beats(GAP)
    assert len(caller.heard_frames) == 3


async def test_a_second_of_sound_at_once_is_heard_and_no_more(house):
    caller, wire, _ = house.talk()
    wire.adapter.data_received(sound(LOUD) * (AT_ONCE + 25))
    assert len(caller.heard_frames) == AT_ONCE
    house.beats()
    wire.adapter.data_received(sound(LOUD))
    assert len(caller.heard_frames) == AT_ONCE + 1


async def test_what_the_switch_does_not_read_is_not_kept_for_it(house):
    _caller, wire, _ = house.talk(*[LOUD] * (GIVE_UP + 10))
    wire.adapter.pause_writing()
    house.beats(5)
    assert wire.written == []
    wire.adapter.resume_writing()
    house.beats()
    assert wire.written == [sound(LOUD)]
    wire.adapter.pause_writing()
    house.beats(GIVE_UP)
    assert not wire.open
    assert house.watcher.told[-1] == "closed broken congested"


async def test_a_party_that_fails_loses_its_own_stream_only(house):
    class Failing(Caller):
        def beat(self):
            raise ZeroDivisionError

    _caller, wire, _ = house.talk(LOUD)
    failing = Failing()
    broken = house.connect(identity(house.factory.book(failing).uuid))
    house.beats()
    assert not broken.open
    assert failing.ends == [StreamEnd.BROKEN]
    assert wire.written[0] == sound(LOUD)
    assert "fault ZeroDivisionError" in house.watcher.told


async def test_an_ear_that_fails_loses_its_own_stream_only(house):
    class Failing(Caller):
        def heard(self, frame, played):  # noqa: ARG002 - it fails
            raise ZeroDivisionError

    _, wire, _ = house.talk()
    failing = Failing()
    broken = house.connect(identity(house.factory.book(failing).uuid), sound(LOUD))
    assert not broken.open
    assert failing.ends == [StreamEnd.BROKEN]
    assert wire.open
    assert "fault ZeroDivisionError" in house.watcher.told


class Peer:
    """Asterisk's end of a real connection."""

    def __init__(self, server):
        self._where = server.address.split(":")

    async def __aenter__(self):
        self.reader, self.writer = await asyncio.open_connection(*self._where)
        return self

    async def __aexit__(self, *_):
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


@pytest.fixture
async def server():
    made = AudioServer(limits=AudioLimits(identity=0.05, linger=0.05), observer=Watcher())
    await made.start("127.0.0.1", 0)
    yield made
    await made.stop()


async def until(told):
    async with asyncio.timeout(5):
        while not told():  # noqa: ASYNC110 - told by callbacks
            await asyncio.sleep(0.005)


async def test_over_a_real_socket_sound_goes_both_ways(server):
    caller = Caller(LOUD)
    place = server.book(caller)
    async with Peer(server) as peer:
        peer.writer.write(identity(place.uuid) + sound(LOUD) + KEY_5)
        assert await asyncio.wait_for(peer.reader.readexactly(3 + FRAME), 5) == sound(LOUD)
        await until(lambda: caller.keys)
        assert (LOUD, b"") in caller.heard_frames
        caller.stream.finish()
        assert await asyncio.wait_for(peer.reader.readexactly(3), 5) == END
    await asyncio.wait_for(place.closed, 5)
    assert caller.ends == [StreamEnd.OURS]


async def test_who_says_nothing_is_not_waited_for(server):
    async with Peer(server) as peer:
        assert await asyncio.wait_for(peer.reader.read(), 5) == b""
    assert server.observer.told == ["refused slow"]


async def test_a_switch_that_does_not_close_after_our_end_is_cut(server):
    caller = Caller()
    place = server.book(caller)
    async with Peer(server) as peer:
        peer.writer.write(identity(place.uuid))
        await until(lambda: caller.stream)
        caller.stream.finish()
        await asyncio.wait_for(place.closed, 5)
    assert server.observer.told == ["opened", "closed ours linger"]


async def test_a_switch_that_stops_reading_costs_no_memory_and_is_given_up(server):
    caller = Caller(*[LOUD] * 10_000)
    place = server.book(caller)
    async with Peer(server) as peer:
        peer.writer.transport.pause_reading()
        peer.writer.write(identity(place.uuid))
        await until(lambda: caller.stream)
        stream = caller.stream
        async with asyncio.timeout(20):
            while not caller.ends:
                a_beat(stream.factory)  # faster than time: the kernel's buffers are large
                await asyncio.sleep(0)
        assert caller.ends == [StreamEnd.BROKEN]
        assert len(caller.says) > 10


async def test_nobody_can_book_where_nobody_listens():
    server = AudioServer()
    assert server.book(Caller()) is None
    assert not server.has_room
    await server.start("127.0.0.1", 0)
    assert server.has_room
    caller = Caller()
    place = server.book(caller)
    await server.stop()
    assert not server.has_room
    place.give_up()
    assert place.closed.done()
