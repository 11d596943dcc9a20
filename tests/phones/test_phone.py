"""Two telephones calling each other, without an exchange between them."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from deploy.phones.phone import (
    Phone,
    PhoneFailed,
    PhoneTimeout,
    State,
    Subscriber,
    after,
    busy,
    never,
)
from deploy.phones.process import ROOT
from deploy.phones.wave_files import RATE, read_samples
from tests.alive import alive

from .conftest import Phones


async def test_a_call_is_answered_heard_keyed_and_ended(phone: Phones, chirp: Path) -> None:
    async with phone("1001") as caller, phone("1002", answering=after(0.1)) as called:
        call = await caller.dial(f"114@{called.address}")
        other = await called.incoming()
        await call.press("12*#0")
        await call.say(chirp)
        await other.hang_up()
        await call.wait(State.ENDED)
    assert other.keys_heard == "12*#0"
    assert other.dialled == "114"
    assert max(read_samples(other.recording)) > 8000
    assert max(read_samples(call.recording)) < 50
    assert other.ending.by_me
    assert not call.ending.by_me


async def test_the_caller_name_arrives_as_it_was_written(phone: Phones) -> None:
    name = '王 "小" 明, <a> \\'
    async with phone("1001", name=name) as caller, phone("1002", answering=busy) as called:
        await caller.call(f"114@{called.address}")
        other = await called.incoming()
    assert (other.caller_name, other.caller_number) == (name, "1001")


async def test_a_header_and_another_caller_travel_with_one_call(phone: Phones) -> None:
    async with phone("1001") as caller, phone("1002", answering=busy) as called:
        await caller.call(
            f"114@{called.address}",
            caller='"x" <sip:13800138000@127.0.0.1>',
            headers={"P-Asserted-Identity": "<sip:13900139000@127.0.0.1>"},
        )
        other = await called.incoming()
    assert other.caller_number == "13800138000"
    assert "13900139000" in other.headers["p-asserted-identity"]


async def test_a_busy_line_ends_the_call_with_486(phone: Phones) -> None:
    async with phone("1001") as caller, phone("1002", answering=busy) as called:
        call = await caller.call(f"114@{called.address}")
        await call.wait(State.ENDED)
        assert call.ending.code == 486
        with pytest.raises(PhoneFailed, match="486"):
            await call.wait(State.UP)


async def test_a_line_that_never_answers_rings_until_the_caller_gives_up(phone: Phones) -> None:
    async with phone("1001") as caller, phone("1002", answering=never) as called:
        call = await caller.call(f"114@{called.address}")
        await call.wait(State.RINGING)
        with pytest.raises(PhoneTimeout, match=r"to be up: nothing in 0\.3 s.*\n.*ready"):
            await call.wait(State.UP, within=0.3)
        await call.hang_up()
        other = await called.incoming()
        await other.wait(State.ENDED)
    assert call.ending.code == 487
    assert not other.ending.by_me


async def test_forty_keys_arrive_each_once(phone: Phones) -> None:
    keys = "1234567890" * 4
    async with phone("1001") as caller, phone("1002", answering=after(0)) as called:
        call = await caller.dial(f"114@{called.address}")
        await call.press(keys)
        other = await called.incoming()
        await call.hang_up()
        await other.wait(State.ENDED)
    assert other.keys_heard == keys


async def test_a_telephone_holds_several_calls_at_once(phone: Phones) -> None:
    async with phone("1001") as caller, phone("1002", answering=after(0)) as called:
        calls = await asyncio.gather(*(caller.dial(f"{n}@{called.address}") for n in range(4)))
        assert {(await called.incoming()).dialled for _ in calls} == {"0", "1", "2", "3"}
        assert all(call.state is State.UP for call in calls)


async def test_leaving_hangs_up_and_completes_the_recording(phone: Phones) -> None:
    async with phone("1002", answering=after(0)) as called:
        async with phone("1001") as caller:
            call = await caller.dial(f"114@{called.address}")
            await call.wait_for("media")
            await asyncio.sleep(1.0)
        await (await called.incoming()).wait(State.ENDED)
    header = call.recording.read_bytes()[:44]
    assert int.from_bytes(header[40:44], "little") > RATE // 2


@pytest.mark.parametrize(
    "order",
    [
        {"name": "press", "leg": 7, "keys": "1"},
        {"name": "press", "leg": "x", "keys": "1"},
        {"name": "nonsense"},
        {"name": "call", "uri": "not an address"},
        {"name": "call"},
        {"name": "play", "leg": 0, "path": "/nowhere"},
        {"name": "be", "identity": "sip:x@127.0.0.1"},
    ],
)
async def test_an_odd_order_is_refused_and_harms_nothing(
    phone: Phones, order: dict[str, object]
) -> None:
    async with phone("1001") as one, phone("1002", answering=after(0)) as other:
        with pytest.raises(PhoneFailed):
            await one.order(str(order.pop("name")), **order)
        call = await one.dial(f"114@{other.address}")
        assert call.state is State.UP


@pytest.mark.parametrize("keys", ["", "x", "1" * 201])
async def test_what_are_no_keys_is_refused(phone: Phones, keys: str) -> None:
    async with phone("1001") as caller, phone("1002", answering=after(0)) as called:
        call = await caller.dial(f"114@{called.address}")
        with pytest.raises(PhoneFailed, match="not keys"):
            await call.press(keys)


class Refuser(asyncio.DatagramProtocol):
    """Answers every SIP request with 403."""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        kept = (b"Via:", b"From:", b"To:", b"Call-ID:", b"CSeq:")
        lines = [line for line in data.split(b"\r\n") if line.startswith(kept)]
        answer = [b"SIP/2.0 403 Forbidden", *lines, b"Content-Length: 0", b"", b""]
        self._transport.sendto(b"\r\n".join(answer), addr)


async def test_a_refused_registration_is_an_error_with_its_code(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Refuser, local_addr=("127.0.0.1", 0))
    host, port = transport.get_extra_info("sockname")
    with pytest.raises(PhoneFailed, match="registration: 403"):
        async with Phone(Subscriber("1", "x", f"{host}:{port}"), folder=tmp_path):
            pass
    transport.close()


async def test_an_agent_ends_with_its_parent(tmp_path: Path) -> None:
    program = (
        "import asyncio, os\n"
        "from pathlib import Path\n"
        "from deploy.phones.phone import Phone, Subscriber\n"
        "async def main():\n"
        f"    async with Phone(Subscriber('1'), folder=Path({str(tmp_path)!r})) as phone:\n"
        "        print(phone._agent._process.pid, flush=True)\n"
        "        await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert parent.stdout is not None
    agent = int(await asyncio.wait_for(parent.stdout.readline(), 120))
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    async with asyncio.timeout(60):
        while alive(agent):  # noqa: ASYNC110 - another process, which tells nobody
            await asyncio.sleep(0.05)
    assert not alive(agent)
