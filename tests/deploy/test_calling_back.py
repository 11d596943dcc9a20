"""Calling a citizen back, and what whoever steals a password can not do, on a real Asterisk."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from deploy.asterisk_process import AsteriskProcess
from deploy.phones.listen import Clip, assert_heard
from deploy.phones.phone import Leg, Phone, PhoneTimeout, State, Subscriber
from deploy.render import Variant, dialled_numbers, render
from ivr.app.initialise import initialise
from ivr.app.trunk_guard import DIALLING, TrunkGuard
from ivr.calls.record import Callback, CallbackReason
from ivr.kernel.background import Background
from ivr.kernel.clock import CHINA, SystemClock
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.metrics import Meter
from ivr.settings import Settings
from ivr.storage.calls import SqlCalls
from ivr.storage.database import Database
from ivr.storage.dialling import SqlDialling
from ivr.telephony.dialling_rules import Caps, NationalForms
from ivr.telephony.manager import ActionRefused, Login, ManagerClient
from tests.deploy.conftest import layout_at, settings_at

pytestmark = [pytest.mark.e2e]
ALWAYS = {"opens": "00:00", "closes": "00:00", "at_once": 2, "per_number": 2}
OFFSET = 120  # ports of its own beside the other modules'
CITIZEN = "13947300114"
TONES = Path(__file__).parents[2] / "prompts/audio/say"

Run = Callable[..., Awaitable[tuple[int, str]]]
Owe = Callable[..., Awaitable[CallId]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A site with its database, and secrets that the settings do not hold yet."""
    plain = settings_at(tmp_path_factory.mktemp("site"), OFFSET)
    settings = plain.model_copy(update={"dialler": plain.dialler.model_validate(ALWAYS)})
    initialise(settings)
    return settings


@pytest.fixture(scope="module")
def switch(site: Settings) -> Iterator[AsteriskProcess]:
    layout = layout_at(site.home)
    render(site, layout, Variant.LOOPBACK)
    process = AsteriskProcess(layout)
    process.start()
    try:
        process.wait_booted()
        yield process
    finally:
        process.stop()


@pytest.fixture
def hotline(site: Settings) -> Run:
    """Runs `hotline ...` as an operator's machine would; exit code and what it said."""
    known = {
        "HOTLINE_HOME": str(site.home),
        "HOTLINE_AMI__PORT": str(site.ami.port),
        "COLUMNS": "160",
        **{f"HOTLINE_DIALLER__{name.upper()}": str(value) for name, value in ALWAYS.items()},
    }

    async def run(*words: str, **more: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("hotline")),
            *words,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **known, **more},
        )
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, said.decode()

    return run


@pytest.fixture
async def database(site: Settings) -> AsyncIterator[Database]:
    database = Database(site.database_url)
    yield database
    await database.close()


@pytest.fixture
def owe(database: Database) -> Owe:
    """Makes a citizen who was lost in the queue."""

    async def lost(call: str, number: str = CITIZEN) -> CallId:
        due = datetime.now(CHINA) + timedelta(hours=2)
        reason = CallbackReason.LOST_IN_QUEUE
        back = Callback(CallId(call), PhoneNumber(number), reason, due)
        await SqlCalls(database, SystemClock()).owe(back)
        return back.call

    return lost


Exchange = tuple[Phone, list[Leg]]


@pytest.fixture
async def exchange(site: Settings, tmp_path: Path) -> AsyncIterator[Exchange]:
    """Everything behind the trunk, in one telephone that a test answers; and what reached it."""
    rung: list[Leg] = []

    async def note(call: Leg) -> None:
        rung.append(call)

    port = site.switch.exchange_port
    folder = tmp_path / "exchange"
    async with Phone(Subscriber("x"), folder=folder, answering=note, sip_port=port) as phone:
        yield phone, rung


@pytest.fixture
async def operator(site: Settings, switch: AsteriskProcess, tmp_path: Path, hotline: Run):
    """Seat 1001, registered and logged in."""

    registrar = f"127.0.0.1:{site.switch.sip_port}"
    password = (site.home / "secrets/sip-op1001").read_text().strip()
    owner = Subscriber("op1001", password=password, registrar=registrar)
    async with Phone(owner, folder=tmp_path / "operator") as phone:
        assert (await hotline("operator", "login", "1001"))[0] == 0
        yield phone
        await hotline("operator", "logout", "1001")


async def as_user(site: Settings, user: str, secret: str) -> AsyncIterator[ManagerClient]:
    password = (site.home / "secrets" / secret).read_text().strip()
    client = ManagerClient(("127.0.0.1", site.ami.port), Login(user, password))
    client.start()
    async with asyncio.timeout(10):
        while not client.up:  # noqa: ASYNC110 - a test has nothing else to do
            await asyncio.sleep(0.02)
    yield client
    await client.stop()


@pytest.fixture
async def main_user(site: Settings, switch: AsteriskProcess) -> AsyncIterator[ManagerClient]:
    async for client in as_user(site, "hotline", "ami__secret"):
        yield client


@pytest.fixture
async def dialler_user(site: Settings, switch: AsteriskProcess) -> AsyncIterator[ManagerClient]:
    async for client in as_user(site, "hotline-dialler", "dialler__secret"):
        yield client


async def test_an_operator_and_the_citizen_are_connected(
    operator: Phone, exchange: Exchange, hotline: Run, owe: Owe, database: Database
):
    """The operator is rung and sees the number; the citizen is rung only then; both hear."""
    call = await owe("back-1")
    phone, rung = exchange
    listed = (await hotline("callback", "list"))[1]
    assert call in listed
    assert CITIZEN in listed
    calling = asyncio.create_task(hotline("callback", "call", call))
    desk = await operator.incoming()
    assert CITIZEN in desk.caller_name
    await desk.ring()
    await asyncio.sleep(0.5)
    assert rung == []
    await desk.pick_up()
    citizen = await phone.incoming()
    assert (citizen.dialled, citizen.caller_number) == (CITIZEN, "114")
    await citizen.ring()
    await citizen.pick_up()
    told = f"✓ 话务员已接起，正在呼叫 {CITIZEN}\n谈完后请登记：hotline callback done back-1\n"
    assert await calling == (0, told)
    clip = TONES / "goodbye.alaw"
    await asyncio.gather(desk.say(clip), citizen.say(clip))
    await desk.hang_up()
    await citizen.wait(State.ENDED)
    for leg in (desk, citizen):
        assert_heard(leg.recording, [Clip.read(clip)])
    assert (await hotline("callback", "done", call, "--by", "1001"))[0] == 0
    assert call not in (await hotline("callback", "list"))[1]
    again, said = await hotline("callback", "call", call)
    assert again == 1
    assert "no-such-callback" in said


async def test_the_citizen_who_hangs_up_frees_the_operator(
    operator: Phone, exchange: Exchange, hotline: Run, owe: Owe
):
    call = await owe("back-2", "13947300115")
    phone, _ = exchange
    calling = asyncio.create_task(hotline("callback", "call", call))
    desk = await operator.incoming()
    await desk.pick_up()
    citizen = await phone.incoming()
    await citizen.pick_up()
    assert (await calling)[0] == 0
    await citizen.hang_up()
    await desk.wait(State.ENDED)
    assert not desk.ending.by_me


async def test_a_citizen_who_is_busy_is_told_to_the_operator(
    operator: Phone, exchange: Exchange, hotline: Run, owe: Owe
):
    call = await owe("back-3", "04732023456")
    phone, _ = exchange
    calling = asyncio.create_task(hotline("callback", "call", call))
    desk = await operator.incoming()
    await desk.pick_up()
    citizen = await phone.incoming()
    await citizen.refuse(486)
    assert (await calling)[0] == 0
    await desk.wait(State.ENDED)
    assert_heard(desk.recording, [Clip.read(TONES / "line_busy.alaw")])


async def test_nobody_at_the_desk_rings_no_citizen_and_costs_no_attempt(
    switch: AsteriskProcess, exchange: Exchange, hotline: Run, owe: Owe
):
    call = await owe("back-4", "13947300116")
    for _ in range(ALWAYS["per_number"] + 1):
        code, said = await hotline("callback", "call", call)
        assert code == 1
        assert "no-operator" in said
    assert exchange[1] == []


async def test_after_so_many_calls_a_number_is_left_alone_and_an_alarm_is_raised(
    switch: AsteriskProcess, exchange: Exchange, hotline: Run, owe: Owe, database: Database
):
    """The caps stand in the database: each command is a process of its own."""
    call = await owe("back-5", "13947300117")
    book = SqlDialling(database, SystemClock())
    before = await book.tally()
    for _ in range(ALWAYS["per_number"]):
        attempt = await book.begin("13947300117", Caps(100, 100, 100, 100))
        await book.end(attempt, answered=True)
    code, said = await hotline("callback", "call", call)
    assert code == 1
    assert '"why": "per-number", "call": "back-5", "to": "139****0117", "event": "alarm"' in said
    after = await book.tally()
    assert after.refused["per-number"] == before.refused["per-number"] + 1
    assert after.day == before.day + ALWAYS["per_number"]


async def test_at_night_and_without_the_dialler_nobody_is_called(
    switch: AsteriskProcess, hotline: Run, owe: Owe
):
    call = await owe("back-6", "13947300118")
    now = datetime.now(CHINA)
    later = [f"{now + timedelta(hours=hours):%H:%M}" for hours in (2, 3)]
    span = dict(zip(("HOTLINE_DIALLER__OPENS", "HOTLINE_DIALLER__CLOSES"), later, strict=True))
    assert "after-hours" in (await hotline("callback", "call", call, **span))[1]
    off = await hotline("callback", "call", call, HOTLINE_DIALLER__ENABLED="false")
    assert off[0] == 1
    assert "not-configured" in off[1]


@pytest.mark.parametrize(
    "number",
    [
        "0085212345678",
        "16812345",
        "500&PJSIP/1@exchange",
        "139\r\nAction: Ping",
        "${SHELL(id)}",
        "",
    ],
)
async def test_a_hostile_number_in_the_database_goes_nowhere(
    switch: AsteriskProcess, exchange: Exchange, hotline: Run, owe: Owe, number: str
):
    """Whoever can write a callback entry can not choose what is dialled."""
    call = await owe(f"hostile-{abs(hash(number))}", number)
    code, said = await hotline("callback", "call", call)
    assert code == 1
    assert "number-not-allowed" in said
    assert exchange[1] == []


ORDER = {"Context": "hotline-callback", "Exten": "citizen", "Priority": "1", "Timeout": "3000"}


async def test_the_main_user_can_not_originate(main_user: ManagerClient, exchange: Exchange):
    with pytest.raises(ActionRefused, match="Permission denied"):
        await main_user.action("Originate", Channel=f"Local/{CITIZEN}@hotline-callback/n", **ORDER)
    assert exchange[1] == []


async def test_originate_is_all_that_the_dialler_is_privileged_to(dialler_user: ManagerClient):
    """By the switch's own list; what needs no privilege only looks at queues and bridges."""
    reply = await dialler_user.action("ListCommands")
    privileged = [
        key for key, value in reply.fields if "(Priv: " in value and "<none>" not in value
    ]
    assert privileged == ["Originate"]


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("Redirect", {"Channel": "PJSIP/op1001-1", **ORDER}),
        ("Command", {"Command": "core show version"}),
        ("GetConfig", {"Filename": "manager.conf"}),
        ("UpdateConfig", {"SrcFilename": "manager.conf", "DstFilename": "manager.conf"}),
        ("Getvar", {"Variable": "SHELL(id)"}),
        ("Setvar", {"Variable": "GLOBAL(X)", "Value": "1"}),
        ("QueueAdd", {"Queue": "hotline", "Interface": "PJSIP/00@exchange"}),
        ("Hangup", {"Channel": "/.*/"}),
        ("Reload", {"Module": "manager"}),
        ("DBPut", {"Family": "a", "Key": "b", "Val": "c"}),
    ],
)
async def test_the_dialler_can_do_nothing_else(
    dialler_user: ManagerClient, action: str, fields: dict[str, str]
):
    with pytest.raises(ActionRefused, match="Permission denied"):
        await dialler_user.action(action, **fields)


@pytest.mark.parametrize(
    ("application", "data"),
    [("System", "id"), ("TrySystem", "id"), ("Set", "X=${SHELL(id)}"), ("AGI", "/bin/id")],
)
async def test_the_dialler_can_not_run_a_program(
    dialler_user: ManagerClient, application: str, data: str
):
    order = {"Channel": "Local/110@hotline-callback", "Timeout": "2000"}
    with pytest.raises(ActionRefused, match="Forbidden"):
        await dialler_user.action("Originate", **order, Application=application, Data=data)


@pytest.mark.parametrize(
    "number",
    [
        "0085212345678",
        "500&PJSIP",
        "500&PJSIP/13947300114@exchange",
        "96812345",
        "16899999",
        "12590123456",
        "1394730011",
        "139473001140",
        "04723333333",
        "139-4730-0114",
        "${SHELL(id)}",
        "13947300114,1)",
        "ring",
        "citizen",
        "check",
        "s",
    ],
)
async def test_with_the_diallers_password_its_context_still_leads_nowhere_else(
    dialler_user: ManagerClient, operator: Phone, exchange: Exchange, number: str
):
    """The dialplan checks by itself: no operator is rung, so nobody else can be either."""
    with pytest.raises(ActionRefused):
        await dialler_user.action(
            "Originate", Channel=f"Local/{number}@hotline-callback/n", **ORDER
        )
    with pytest.raises(PhoneTimeout):
        await operator.incoming(within=0.2)
    assert exchange[1] == []


async def test_the_second_half_checks_again(
    dialler_user: ManagerClient, operator: Phone, exchange: Exchange
):
    """A channel that comes straight to the citizen's half, with a number of its own making."""
    straight = {"Channel": "Local/1001@from-operators/n", **ORDER, "Async": "true"}
    for number in ("0085212345678", "", "110)&PJSIP/1@exchange", "16899999"):
        wanted = f"SHARED(HOTLINE_CITIZEN)={number}"
        await dialler_user.action("Originate", **straight, Variable=wanted)
        rung = await operator.incoming()
        await rung.pick_up()
        await rung.wait(State.ENDED)
    assert exchange[1] == []


async def test_the_switch_has_a_limit_of_its_own(
    main_user: ManagerClient, dialler_user: ManagerClient, operator: Phone
):
    """Asked past the program that counts, the switch counts the calls itself."""
    order = {**ORDER, "Timeout": "20000"}
    for count in range(1, ALWAYS["at_once"] + 1):
        channel = f"Local/1394730020{count}@hotline-callback/n"
        await dialler_user.action("Originate", **order, Channel=channel, Async="true")
        async with asyncio.timeout(5):
            while await waiting(main_user) < count:  # noqa: ASYNC110 - the switch tells nobody
                await asyncio.sleep(0.05)
    with pytest.raises(ActionRefused):
        await dialler_user.action(
            "Originate", **order, Channel=f"Local/{CITIZEN}@hotline-callback/n"
        )
    assert await waiting(main_user) == ALWAYS["at_once"]
    desk = await operator.incoming()
    await desk.pick_up()
    await desk.hang_up()


async def waiting(manager: ManagerClient) -> int:
    """How many wait in the queue."""
    listed = await manager.listing("QueueStatus", Queue="hotline")
    return sum(event.name == "QueueEntry" for event in listed)


async def test_by_night_the_switch_refuses_too(
    site: Settings, switch: AsteriskProcess, dialler_user: ManagerClient, operator: Phone
):
    now = datetime.now(CHINA)
    closed = {
        "opens": (now + timedelta(hours=2)).time(),
        "closes": (now + timedelta(hours=3)).time(),
    }
    at_night = site.dialler.model_copy(update=closed)
    layout = layout_at(site.home)
    order = {"Channel": f"Local/{CITIZEN}@hotline-callback/n", **ORDER}
    try:
        render(site.model_copy(update={"dialler": at_night}), layout, Variant.LOOPBACK)
        switch.cli("dialplan reload")
        with pytest.raises(ActionRefused):
            await dialler_user.action("Originate", **order)
        with pytest.raises(PhoneTimeout):
            await operator.incoming(within=0.2)
    finally:
        render(site, layout, Variant.LOOPBACK)
        switch.cli("dialplan reload")
    await dialler_user.action("Originate", **order, Async="true")
    await (await operator.incoming()).refuse()


@pytest.fixture
async def guarded(main_user: ManagerClient) -> AsyncIterator[Meter]:
    """What the service does with everything that is dialled; and what it has counted."""
    meter, background = Meter(), Background()
    numbers = dialled_numbers()
    forms = NationalForms("0473XXXXXXX")
    guard = TrunkGuard(main_user, lambda: numbers, forms, meter, background)
    end = main_user.subscribe(guard.handle, DIALLING)
    yield meter
    end()
    await background.stop()


@pytest.mark.parametrize(
    "channel",
    [
        "PJSIP/0085212345678@exchange",
        "PJSIP/op1002/sip:0085212345678@127.0.0.1:{port}",
        "PJSIP/trunk/sip:13947300114@127.0.0.1:{port}",
    ],
)
async def test_originate_that_names_the_trunk_itself_is_cut_before_anybody_answers(
    site: Settings,
    dialler_user: ManagerClient,
    exchange: Exchange,
    guarded: Meter,
    channel: str,
):
    """No manager user can be kept from naming a channel; the service hangs it up."""
    wanted = channel.format(port=site.switch.exchange_port)
    with pytest.raises(ActionRefused, match="Originate failed"):
        await dialler_user.action("Originate", Channel=wanted, **{**ORDER, "Timeout": "20000"})
    for leg in exchange[1]:
        await leg.wait(State.ENDED)
        assert not leg.ending.by_me
    assert b'dialler_refused_total{reason="not-ours"} 1.0' in guarded.exposition()


async def test_a_trunk_that_was_added_to_the_queue_is_cut(
    main_user: ManagerClient,
    dialler_user: ManagerClient,
    operator: Phone,
    exchange: Exchange,
    guarded: Meter,
):
    """The main user may add members, and a member may be any channel that passes for a seat."""
    member = {"Queue": "hotline", "Interface": "PJSIP/0085212345678@exchange"}
    order = {"Channel": f"Local/{CITIZEN}@hotline-callback/n", **ORDER}
    seat = {"Queue": "hotline", "Interface": "PJSIP/op1001"}
    await main_user.action("QueueAdd", **member, StateInterface="PJSIP/op1001")
    await main_user.action("QueuePause", **seat, Paused="true")
    try:
        with pytest.raises(ActionRefused):
            await dialler_user.action("Originate", **order)
    finally:
        await main_user.action("QueueRemove", **member)
    for leg in exchange[1]:
        await leg.wait(State.ENDED)
        assert not leg.ending.by_me
    assert b'reason="not-ours"' in guarded.exposition()


async def test_our_own_calls_are_not_cut(
    operator: Phone, exchange: Exchange, guarded: Meter, hotline: Run, owe: Owe
):
    call = await owe("back-7", "13947300119")
    calling = asyncio.create_task(hotline("callback", "call", call))
    await (await operator.incoming()).pick_up()
    citizen = await exchange[0].incoming()
    await citizen.pick_up()
    assert (await calling)[0] == 0
    await asyncio.sleep(0.5)
    assert citizen.state is State.UP
    await citizen.hang_up()
    assert b'reason="not-ours"' not in guarded.exposition()
