"""The adapter between the loop's transports and Twisted protocols."""

# ruff: noqa: N802, ARG002 - Twisted names these methods

import asyncio

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.protocol import Factory, Protocol

from ivr.telephony.transport import Adapter


class Wire:
    """A transport of the loop that remembers what was done with it."""

    def __init__(self):
        self.done = []

    def write(self, data):
        self.done.append(data)

    def writelines(self, lines):
        self.done.extend(lines)

    def close(self):
        self.done.append("closed")

    def abort(self):
        self.done.append("aborted")

    def set_protocol(self, protocol):
        self.protocol = protocol

    def pause_reading(self):
        self.done.append("paused")

    def resume_reading(self):
        self.done.append("resumed")

    def get_extra_info(self, name):
        return {"peername": ("127.0.0.1", 4000), "sockname": ("::1", 4573, 0, 0)}[name]


class Recorder(Protocol):
    def __init__(self):
        self.heard = []
        self.ends = []

    def dataReceived(self, data):
        self.heard.append(data)

    def connectionLost(self, reason):
        self.ends.append(reason.type)


def connected():
    wire = Wire()
    adapter = Adapter(Factory.forProtocol(Recorder))
    adapter.connection_made(wire)
    return wire, adapter, adapter.protocol


def test_a_protocol_writes_and_closes_through_the_loop():
    wire, _, protocol = connected()
    protocol.transport.write(b"a")
    protocol.transport.writeSequence([b"b", b"c"])
    protocol.transport.loseConnection()
    protocol.transport.abortConnection()
    assert wire.done == [b"a", b"b", b"c", "closed", "aborted"]
    assert protocol.transport.getPeer().host == "127.0.0.1"
    assert protocol.transport.getHost().port == 4573


def test_a_protocol_hears_and_learns_how_it_ended():
    _, adapter, protocol = connected()
    adapter.data_received(b"x")
    adapter.connection_lost(None)
    adapter.data_received(b"late")
    assert protocol.heard == [b"x"]
    assert protocol.ends == [ConnectionDone]
    _, adapter, protocol = connected()
    adapter.connection_lost(ConnectionResetError())
    assert protocol.ends == [ConnectionLost]


def test_a_peer_that_does_not_read_is_not_read():
    wire, adapter, _ = connected()
    adapter.pause_writing()
    adapter.resume_writing()
    assert wire.done == ["paused", "resumed"]


def test_a_connection_nobody_takes_is_aborted():
    class Closed(Factory):
        def buildProtocol(self, addr):
            return None

    wire = Wire()
    adapter = Adapter(Closed())
    adapter.connection_made(wire)
    adapter.data_received(b"x")
    adapter.connection_lost(None)
    assert wire.done == ["aborted"]
    assert adapter.protocol is None


async def test_a_flood_to_a_peer_that_does_not_read_stays_bounded():
    ready = asyncio.get_running_loop().create_future()

    class Talker(Protocol):
        def dataReceived(self, data):
            self.transport.write(b"y" * 65536)

    def build():
        adapter = Adapter(Factory.forProtocol(Talker))
        ready.set_result(adapter)
        return adapter

    server = await asyncio.get_running_loop().create_server(build, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.transport.pause_reading()
    for _ in range(400):
        writer.write(b"x")
        await asyncio.sleep(0)
    loop_transport = (await ready)._loop_transport
    assert loop_transport.get_write_buffer_size() < 400 * 65536 / 4
    writer.transport.abort()
    server.close()
