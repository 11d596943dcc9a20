"""Whether a node's callers may speak."""

import contextlib
import socket
from types import SimpleNamespace

import pytest

from ivr.app import hearing as module
from ivr.app.hearing import hearing
from ivr.kernel.metrics import Meter
from ivr.settings import AudioSettings
from ivr.telephony.ear import NobodyHears


def node(**audio):
    return SimpleNamespace(settings=SimpleNamespace(audio=AudioSettings(**audio)), meter=Meter())


@pytest.fixture
def ear(monkeypatch):
    """The node has one."""

    @contextlib.asynccontextmanager
    async def ears_of(_node):
        yield NobodyHears()

    monkeypatch.setattr(module, "ears_of", ears_of)


@pytest.fixture
def no_ear(monkeypatch):
    @contextlib.asynccontextmanager
    async def ears_of(_node):
        yield None

    monkeypatch.setattr(module, "ears_of", ears_of)


async def test_without_an_ear_nothing_listens(no_ear):
    async with hearing(node(), str) as heard:
        assert heard is None


async def test_with_an_ear_any_free_port_is_listened_on_until_the_end(ear):
    async with hearing(node(), str) as heard:
        host, port = heard.server.address.split(":")
        socket.create_connection((host, int(port)), timeout=20).close()
        assert heard.server.has_room
    assert not heard.server.has_room
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=20)


async def test_a_port_that_is_taken_costs_the_ear_and_no_call(ear):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        here = node(port=taken.getsockname()[1])
        async with hearing(here, str) as heard:
            assert heard is None
    assert b'hotline_faults_total{kind="audio-port"} 1.0' in here.meter.exposition()
