"""Who may come to the FastAGI server, how many, and what they can not do to others."""

import asyncio
import contextlib

import pytest

from ivr.kernel.units import seconds
from ivr.telephony.call import CallerGone
from ivr.telephony.fastagi import NotListening
from ivr.telephony.limits import AllowList, Limits
from ivr.telephony.stepping import in_task
from tests.telephony.agi_world import Server, silent


async def test_a_fault_ends_that_call_only(tmp_path):
    async def flow(call):
        if await call.wait_key(seconds(1)):
            raise ZeroDivisionError

    async with Server(flow, tmp_path) as server:
        bad, good = await server.ring(), await server.ring()
        await bad.answers("200 result=49")
        await bad.closed()
        assert "fault ZeroDivisionError" in server.watcher.told
        assert "closed fault" in server.watcher.told
        assert (await good.answers("200 result=0", "200 result=1"))[1].startswith("SET VARIABLE")
        await good.closed()


@pytest.mark.parametrize(
    "garbage",
    [b"no reply\n", b"200 result=1 (cut\n", b"\0\n", b"x" * 70000, "你好\n".encode("gbk")],
)
async def test_malformed_replies_close_that_call_only(tmp_path, garbage):
    async with Server(silent, tmp_path) as server:
        bad, good = await server.ring(), await server.ring()
        await bad.hears()
        bad.says(garbage)
        await server.told("closed malformed")
        await good.answers("200 result=0", "200 result=1")
        await good.closed()
        assert "closed done" in server.watcher.told


@pytest.mark.parametrize("opening", [b"GET / HTTP/1.0\r\n\r\n\n\n", b"y" * 20000, b"agi_a: \0\n\n",
                                     b"agi_uniqueid: ../../etc\n\n"])  # fmt: skip
async def test_what_is_no_call_is_refused(tmp_path, opening):
    async with Server(silent, tmp_path) as server:
        await server.ring(opening)
        await server.told("refused malformed")
        assert server.server.live == 0


async def test_who_sends_no_environment_in_time_is_refused(tmp_path):
    async with Server(silent, tmp_path, limits=Limits(environment=seconds(0.05))) as server:
        line = await server.ring(b"agi_network: yes\n")
        await server.told("refused slow")
        await line.closed()
        assert server.server.live == 0


async def test_one_address_may_not_hold_every_place(tmp_path):
    async with Server(silent, tmp_path, limits=Limits(waiting=2)) as server:
        first, *_ = [await server.ring(b"agi_network: yes\n") for _ in range(3)]
        await server.told("refused waiting")
        assert server.server.live == 2
        with contextlib.suppress(ConnectionResetError):
            assert await first.hears() == ""


async def test_those_who_only_stand_there_keep_no_caller_out(tmp_path):
    """From the very address that Asterisk has, before their time is up."""
    async with Server(silent, tmp_path, limits=Limits(waiting=2)) as server:
        for _ in range(5):
            await server.ring(b"agi_network: yes\n")
        assert await (await server.ring()).hears()
        assert server.watcher.told.count("opened") == 1


async def test_connections_are_bounded(tmp_path):
    async with Server(silent, tmp_path, limits=Limits(connections=1)) as server:
        assert await (await server.ring()).hears()
        await (await server.ring()).closed()
        assert server.watcher.told == ["opened", "refused connections"]
        assert server.server.live == 1


async def test_an_address_outside_the_allow_list_is_refused(tmp_path):
    async with Server(silent, tmp_path, allow=("10.0.0.0/8",)) as server:
        await (await server.ring()).closed()
        assert server.watcher.told == ["refused address"]


def test_a_v4_peer_on_a_v6_socket_is_the_same_peer():
    allow = AllowList(("127.0.0.0/8", "::1/128"))
    assert "127.0.0.9" in allow
    assert "::ffff:127.0.0.1" in allow
    assert "::1" in allow
    assert "10.0.0.1" not in allow
    assert "" not in allow


async def test_stopping_lets_calls_end_and_then_cuts_them(tmp_path):
    kept = []

    async def flow(call):
        try:
            await silent(call)
        except CallerGone:
            await in_task(asyncio.sleep(0.01))
            kept.append("written")

    async with Server(flow, tmp_path) as server:
        line = await server.ring()
        await line.hears()
        await server.server.stop(0.05)
        assert kept == ["written"]
        assert server.server.live == 0
        with pytest.raises(NotListening):
            _ = server.server.port
