"""The AudioSocket server: who may connect, whose sound it is, and that a socket carries it."""

import asyncio
import contextlib

import pytest

from ivr.telephony.audio import AudioLimits, AudioServer
from ivr.telephony.audio_stream import StreamEnd
from ivr.wire.audiosocket import END, FRAME, sound

from .audio_house import KEY_5, LOUD, NOBODYS, Caller, House, Watcher, a_beat, identity


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


SOON = 60.0  # seconds for what takes none on an idle machine


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


@contextlib.asynccontextmanager
async def serving(**limits):
    made = AudioServer(limits=AudioLimits(**limits), observer=Watcher())
    await made.start("127.0.0.1", 0)
    yield made
    await made.stop()


@pytest.fixture
async def server():
    """Patient: a test that is not about its limits must not meet them."""
    async with serving(identity=SOON, linger=SOON) as made:
        yield made


async def until(told):
    async with asyncio.timeout(SOON):
        while not told():  # noqa: ASYNC110 - told by callbacks
            await asyncio.sleep(0.005)


async def test_over_a_real_socket_sound_goes_both_ways(server):
    caller = Caller(LOUD)
    place = server.book(caller)
    async with Peer(server) as peer:
        peer.writer.write(identity(place.uuid) + sound(LOUD) + KEY_5)
        assert await asyncio.wait_for(peer.reader.readexactly(3 + FRAME), SOON) == sound(LOUD)
        await until(lambda: caller.keys)
        assert (LOUD, b"") in caller.heard_frames
        caller.stream.finish()
        assert await asyncio.wait_for(peer.reader.readexactly(3), SOON) == END
    await asyncio.wait_for(place.closed, SOON)
    assert caller.ends == [StreamEnd.OURS]


async def test_who_says_nothing_is_not_waited_for():
    async with serving(identity=0.05) as server:
        async with Peer(server) as peer:
            assert await asyncio.wait_for(peer.reader.read(), SOON) == b""
        assert server.observer.told == ["refused slow"]


async def test_a_switch_that_does_not_close_after_our_end_is_cut():
    caller = Caller()
    async with serving(identity=SOON, linger=0.05) as server, Peer(server) as peer:
        place = server.book(caller)
        peer.writer.write(identity(place.uuid))
        await until(lambda: caller.stream)
        caller.stream.finish()
        await asyncio.wait_for(place.closed, SOON)
        assert server.observer.told == ["opened", "closed ours linger"]


async def test_a_switch_that_stops_reading_costs_no_memory_and_is_given_up(server):
    caller = Caller()
    caller.beat = lambda: LOUD  # without end: how much a kernel buffers is its own affair
    place = server.book(caller)
    async with Peer(server) as peer:
        peer.writer.transport.pause_reading()
        peer.writer.write(identity(place.uuid))
        await until(lambda: caller.stream)
        stream = caller.stream
        async with asyncio.timeout(SOON):
            while not caller.ends:
                a_beat(stream.factory)  # faster than time: the kernel's buffers are large
                await asyncio.sleep(0)
        assert caller.ends == [StreamEnd.BROKEN]


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
