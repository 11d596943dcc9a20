"""What a caller meets in the dialplan, on a real Asterisk with real SIP calls."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from deploy.asterisk_process import AsteriskProcess
from deploy.phones.phone import Leg, Phone, PhoneFailed, State, Subscriber
from deploy.render import OUTBOUND_LIMIT, dialled_numbers
from tests.deploy.conftest import EXCHANGE, HERE, SIP, Service, Session, switch_home

pytestmark = [pytest.mark.e2e]


async def test_a_stranger_on_this_machine_reaches_the_service(stranger: Phone, service: Service):
    call = await stranger.call("114")
    session = await service.next()
    await call.wait(State.ENDED)
    assert session.environment["agi_callerid"] == "13900139000"
    assert session.environment["agi_extension"] == "114"
    assert session.environment["agi_network_script"] == "incoming"
    assert session.environment["agi_language"] == "zh"


@pytest.mark.parametrize("dialled", ["0", "10086", "hotline", "*9", "500&PJSIP", "1" * 80])
async def test_whatever_else_is_dialled_comes_to_114(
    stranger: Phone, service: Service, dialled: str
):
    call = await stranger.call(dialled)
    session = await service.next()
    assert session.environment["agi_extension"] == "114"
    await call.wait(State.ENDED)


@pytest.mark.parametrize(
    ("name", "arrives"),
    [
        ('"; rm -rf / "', '\\"; rm -rf / \\"'),  # escaped as in SIP
        ("${SHELL(id)},,$[1+1]", "${SHELL(id)},,$[1+1]"),
        ("张三, 李四", "张三, 李四"),
        ("长" * 80 + "a" * 60, "长" * 26),  # Asterisk keeps 79 bytes
        ("响\x07铃\x1b[2J", "响铃[2J"),
    ],
)
async def test_a_hostile_name_reaches_the_service_as_it_came(
    stranger: Phone, service: Service, name: str, arrives: str
):
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    call = await stranger.call("114", caller=f'"{quoted}" <sip:13900139000@127.0.0.1>')
    session = await service.next()
    await call.wait(State.ENDED)
    assert session.environment["agi_calleridname"].startswith(arrives)
    assert session.environment["agi_callerid"] == "13900139000"


async def test_a_name_with_line_breaks_can_not_forge_a_line_for_the_service(
    switch: AsteriskProcess, service: Service
):
    """A folded header and a break inside the quotes: AGI's list of facts stays whole."""
    reached = 0
    for broken in ("whole", "a\r\n agi_callerid: 110", "a\n\nagi_callerid: 110", "a\r\r\n"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.connect(("127.0.0.1", SIP))
            line.send(invite(line.getsockname()[1], broken))
            try:
                session = await asyncio.wait_for(service.sessions.get(), 2)
            except TimeoutError:
                continue  # refused before the dialplan: as good
        assert session.environment["agi_callerid"] == "13900139000"
        assert session.environment["agi_extension"] == "114"
        assert session.environment["agi_calleridname"].isprintable()
        reached += 1
    assert reached >= 1


def invite(port: int, name: str) -> bytes:
    sdp = (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=audio 29990 RTP/AVP 8\r\n"
    )
    return (
        f"INVITE sip:114@{HERE} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{port}\r\n"
        f'From: "{name}" <sip:13900139000@127.0.0.1>;tag=t{port}\r\nTo: <sip:114@{HERE}>\r\n'
        f"Call-ID: c{port}\r\nCSeq: 1 INVITE\r\nContact: <sip:13900139000@127.0.0.1:{port}>\r\n"
        f"Max-Forwards: 70\r\nContent-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n"
        f"{sdp}"
    ).encode()


@pytest.mark.parametrize(
    ("user", "number"),
    [
        ("+8613900139000", "8613900139000"),
        ("139abc", ""),
        ("1390013%0A9000", ""),
        ("anonymous", ""),
    ],
)
async def test_a_number_is_a_number_or_nothing(
    stranger: Phone, service: Service, user: str, number: str
):
    call = await stranger.call("114", caller=f"<sip:{user}@127.0.0.1>")
    session = await service.next()
    await call.wait(State.ENDED)
    assert session.environment["agi_callerid"] in (number or "unknown", number)


async def test_a_wrong_password_is_refused(switch: AsteriskProcess, tmp_path: Path):
    owner = Subscriber("op1001", password="guess", registrar=HERE)
    with pytest.raises(PhoneFailed, match=r"40[13]"):
        async with Phone(owner, folder=tmp_path):
            pass


async def test_a_stranger_can_not_dial_as_an_operator(stranger: Phone, service: Service):
    call = await stranger.call("114", caller="<sip:op1001@127.0.0.1>")
    await call.wait(State.ENDED)
    assert call.ending.code in (401, 403)
    assert service.sessions.empty()


async def ring_out(session: Session, number: str, seconds: str = "5") -> str:
    await session.do("SET VARIABLE DIALSTATUS NOTHING")
    await session.do(f'GOSUB hotline-outbound s 1 "{number},{seconds}"')
    return await session.variable("DIALSTATUS")


@pytest.fixture
async def exchange(tmp_path: Path):
    """Where units' lines end: picks up at once and hangs up after a second."""
    calls: list[Leg] = []

    async def answer(call: Leg) -> None:
        calls.append(call)
        await call.pick_up()
        await asyncio.sleep(1.2)
        await call.hang_up()

    owner = Subscriber("exchange")
    async with Phone(owner, folder=tmp_path, answering=answer, sip_port=EXCHANGE):
        yield calls


@pytest.mark.parametrize(
    "number",
    ["13800138000", "00441234567890", "", "110&PJSIP/110@exchange", "1 1 0", "9" * 300, "s", "i"],
)
async def test_a_number_that_is_not_in_the_directory_is_never_dialled(
    stranger: Phone, service: Service, exchange: list[Leg], number: str
):
    heard: list[str] = []

    async def script(session: Session) -> None:
        await session.do("ANSWER")
        heard.append(await ring_out(session, number))
        await session.finish()

    service.script = script
    call = await stranger.call("114")
    await service.next()
    await call.wait(State.ENDED)
    assert heard == ["CHANUNAVAIL"]
    assert exchange == []


async def test_an_emergency_number_is_dialled_and_the_caller_comes_back(
    stranger: Phone, service: Service, exchange: list[Leg]
):
    heard: list[str] = []

    async def script(session: Session) -> None:
        await session.do("ANSWER")
        heard.append(await ring_out(session, "110"))
        heard.append(await session.variable("ANSWEREDTIME"))
        heard.append(await session.do('STREAM FILE hotline/say/goodbye ""'))
        heard.append(await session.variable("GROUP_COUNT(emergency@hotline)"))
        await session.finish()

    service.script = script
    call = await stranger.dial("114")
    await service.next()
    await call.wait(State.ENDED)
    status, talked, after, still_counted = heard
    assert status == "ANSWER"
    assert int(talked) >= 1
    assert after.startswith("200")
    assert still_counted in ("", "0")
    assert [leg.dialled for leg in exchange] == ["110"]


async def test_a_runaway_service_meets_a_limit_of_calls_out(
    switch: AsteriskProcess, stranger: Phone, service: Service, exchange: list[Leg]
):
    """With as many calls out as are allowed, the next one is refused; one for help is not."""
    heard: list[str] = []
    dialplan = switch_home(switch) / "asterisk/etc/extensions.conf"
    kept = dialplan.read_text()
    assert f">= {OUTBOUND_LIMIT}]" in kept

    async def script(session: Session) -> None:
        await session.do("ANSWER")
        await session.do("SET VARIABLE GROUP(hotline) outbound")
        heard.append(await ring_out(session, "12345"))
        heard.append(await ring_out(session, "110"))
        await session.finish()

    service.script = script
    dialplan.write_text(kept.replace(f">= {OUTBOUND_LIMIT}]", ">= 1]"))
    switch.cli("dialplan reload")
    try:
        await call_and_end(stranger, service)
    finally:
        dialplan.write_text(kept)
        switch.cli("dialplan reload")
    assert heard == ["CHANUNAVAIL", "ANSWER"]
    assert [leg.dialled for leg in exchange] == ["110"]


async def test_a_local_channel_obeys_the_same_list(
    switch: AsteriskProcess, stranger: Phone, service: Service, exchange: list[Leg]
):
    heard: list[str] = []

    async def script(session: Session) -> None:
        await session.do("ANSWER")
        for number in ("13800138000", "119"):
            await session.do(f"EXEC Dial Local/{number}@hotline-outbound,5,g")
            heard.append(await session.variable("DIALSTATUS"))
        await session.finish()

    service.script = script
    call = await stranger.dial("114")
    await service.next()
    await call.wait(State.ENDED)
    assert heard[0] != "ANSWER"
    assert heard[1] == "ANSWER"
    assert [leg.dialled for leg in exchange] == ["119"]


async def test_every_number_of_the_directory_is_on_the_list(switch: AsteriskProcess):
    shown = switch.cli("dialplan show hotline-lines")
    listed = {line.split("'")[1] for line in shown.splitlines() if line.startswith("  '")}
    assert listed == set(dialled_numbers())
    assert {"110", "119", "120", "122"} <= listed


async def test_nobody_logged_in_ends_the_queue_at_once(stranger: Phone, service: Service):
    heard: list[str] = []

    async def script(session: Session) -> None:
        await session.do("ANSWER")
        await session.do("EXEC Queue hotline,c,,,30")
        heard.append(await session.variable("QUEUESTATUS"))
        await session.finish()

    service.script = script
    call = await stranger.dial("114")
    await service.next()
    await call.wait(State.ENDED)
    assert heard == ["JOINEMPTY"]


async def test_all_operators_talking_makes_the_caller_wait_and_a_pause_does_not(
    switch: AsteriskProcess, stranger: Phone, service: Service, tmp_path: Path
):
    """A caller waits for a busy operator, and is told at once when all are on a break."""
    heard: list[str] = []
    password = (switch_home(switch) / "secrets" / "sip-op1001").read_text().strip()

    async def script(session: Session) -> None:
        await session.do("ANSWER")
        await session.do("EXEC Queue hotline,c,,,3")
        heard.append(await session.variable("QUEUESTATUS"))
        await session.finish()

    service.script = script
    owner = Subscriber("op1001", password=password, registrar=HERE)
    async with Phone(owner, folder=tmp_path) as operator:
        switch.cli("queue add member PJSIP/op1001 to hotline")
        talking = await operator.call("1002")  # unanswered, yet in use
        await call_and_end(stranger, service)
        switch.cli("queue pause member PJSIP/op1001 queue hotline")
        await talking.hang_up()
        await call_and_end(stranger, service)
        switch.cli("queue remove member PJSIP/op1001 from hotline")
    assert heard == ["TIMEOUT", "JOINEMPTY"]


async def call_and_end(phone: Phone, service: Service) -> None:
    call = await phone.dial("114")
    await service.next()
    await call.wait(State.ENDED)
