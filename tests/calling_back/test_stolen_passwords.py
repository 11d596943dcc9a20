"""What whoever steals a password of the manager interface can not do, on a real Asterisk."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from deploy.asterisk_process import AsteriskProcess
from deploy.phones.phone import Phone, PhoneTimeout, State
from deploy.render import Variant, render
from ivr.kernel.clock import CHINA
from ivr.kernel.metrics import Meter
from ivr.settings import Settings
from ivr.telephony.manager import ActionRefused, ManagerClient
from tests.calling_back.conftest import ALWAYS, CITIZEN, Exchange, until
from tests.deploy.conftest import layout_at

pytestmark = [pytest.mark.e2e]

ORDER = {"Context": "hotline-callback", "Exten": "citizen", "Priority": "1", "Timeout": "3000"}


async def test_the_main_user_can_not_originate(main_user: ManagerClient, exchange: Exchange):
    with pytest.raises(ActionRefused, match="Permission denied"):
        await main_user.action("Originate", Channel=f"Local/{CITIZEN}@hotline-callback/n", **ORDER)
    assert exchange[1] == []


async def test_originate_is_all_that_the_dialler_is_privileged_to(dialler_user: ManagerClient):
    """By the switch's own list. What needs no privilege can disturb calls, and begin none."""
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


NOT_TO_BE_DIALLED = (
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
)


async def test_with_the_diallers_password_its_context_still_leads_nowhere_else(
    dialler_user: ManagerClient, operator: Phone, exchange: Exchange
):
    """The dialplan checks by itself: no operator is rung, so nobody else can be either."""
    for number in NOT_TO_BE_DIALLED:
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
        async with asyncio.timeout(60):
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
    await until(lambda: b'dialler_refused_total{reason="not-ours"}' in guarded.exposition())
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
    await until(lambda: b'reason="not-ours"' in guarded.exposition())
