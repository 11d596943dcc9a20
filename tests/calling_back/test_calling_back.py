"""Calling a citizen back, on a real Asterisk with real telephones."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from deploy.asterisk_process import AsteriskProcess
from deploy.phones.listen import Clip, assert_heard
from deploy.phones.phone import Phone, State
from ivr.kernel.clock import CHINA, SystemClock
from ivr.kernel.metrics import Meter
from ivr.storage.database import Database
from ivr.storage.dialling import SqlDialling
from ivr.telephony.dialling_rules import Caps
from tests.calling_back.conftest import ALWAYS, CITIZEN, Exchange, Owe, Run

pytestmark = [pytest.mark.e2e]
TONES = Path(__file__).parents[2] / "prompts/audio/say"


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
    assert '"why":"per-number","call":"back-5","to":"139****0117","event":"alarm"' in said
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
    call = await owe(f"hostile-{number.encode().hex()}", number)
    code, said = await hotline("callback", "call", call)
    assert code == 1
    assert "number-not-allowed" in said
    assert exchange[1] == []


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
