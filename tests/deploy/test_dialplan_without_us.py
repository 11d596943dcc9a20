"""What the dialplan does for a caller when a service breaks off, or nothing of ours is alive."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.asterisk_process import AsteriskProcess
from deploy.phones.phone import Phone, State, Subscriber
from deploy.render import BARE_WAITS, PASSES, ROUNDS, SERVED
from tests.deploy.conftest import AGI, HERE, Service, Session, switch_home

pytestmark = [pytest.mark.e2e]
Replacing = Callable[[str], Path]
STARTS_NOT = "#!/bin/sh\nexit 1\n"


@pytest.fixture
def script_is(switch: AsteriskProcess):
    """Replaces the script on the switch, until the test ends; the folder it is in."""
    script = switch_home(switch) / "asterisk" / "agi-bin" / "hotline-classic"
    kept = script.read_text()

    def replaced(text: str) -> Path:
        script.write_text(text)
        return script.parent

    yield replaced
    script.write_text(kept)


async def test_a_service_that_breaks_off_does_not_end_the_call(
    stranger: Phone, service: Service, script_is: Replacing
):
    """Without its last word the call goes on to the script on the switch."""

    async def script(session: Session) -> None:
        await session.do("ANSWER")

    service.script = script
    beside = script_is(
        "#!/bin/sh\n"
        'while read -r line && [ -n "$line" ]; do echo "$line" >>"${0%/*}/witness"; done\n'
        'echo "SET VARIABLE HOTLINE_DONE 1"; read -r reply\n'
    )
    call = await stranger.dial("114")
    await service.next()
    await call.wait(State.ENDED)
    assert "agi_extension: 114" in (beside / "witness").read_text()


async def test_a_caller_who_was_served_for_a_while_is_served_by_nodes_again(
    stranger: Phone, service: Service
):
    """Nodes that die now and then are no flow that always crashes: no script for their callers."""
    deaths = PASSES + 2

    async def script(session: Session) -> None:
        await session.do("ANSWER")
        if service.sessions.qsize() < deaths:
            await session.do(f"SET VARIABLE HOTLINE_CAME {int(time.time()) - SERVED - 1}")
        else:
            await session.finish()

    service.script = script
    call = await stranger.dial("114")
    await call.wait(State.ENDED)
    assert service.sessions.qsize() == deaths + 1


async def test_passes_end_however_late_they_crash(stranger: Phone, service: Service):
    async def script(session: Session) -> None:
        await session.do("ANSWER")
        await session.do(f"SET VARIABLE HOTLINE_ROUNDS {ROUNDS}")
        await session.do(f"SET VARIABLE HOTLINE_CAME {int(time.time()) - SERVED - 1}")

    service.script = script
    call = await stranger.dial("114")
    await service.next()
    await asyncio.sleep(1.0)  # in which a crash would have come back several times
    assert service.sessions.empty()
    await call.hang_up()


async def test_with_nothing_of_ours_alive_114_still_answers(stranger: Phone, script_is: Replacing):
    """No service, and a script that does not start: Asterisk alone answers and speaks."""
    script_is(STARTS_NOT)
    call = await stranger.dial("114")
    await call.wait(State.ENDED, within=60)
    assert f"127.0.0.1:{AGI}" not in str(call.ending.reason)
    assert call.when(State.ENDED) - call.when(State.UP) > 1.0


async def test_who_waits_in_the_bare_queue_is_offered_to_us_again_and_not_for_ever(
    switch: AsteriskProcess, stranger: Phone, service: Service, script_is: Replacing, tmp_path: Path
):
    """All operators talk, no flow survives, no script starts: two waits, and a last word."""
    heard: list[str] = []
    password = switch_home(switch) / "secrets" / "sip-op1001"

    async def script(session: Session) -> None:
        await session.do("ANSWER")
        heard.append(await session.variable("QUEUESTATUS"))
        if len(heard) == 1:
            await session.do(f"SET VARIABLE HOTLINE_WAITS {BARE_WAITS - 2}")

    service.script = script
    script_is(STARTS_NOT)
    owner = Subscriber("op1001", password=password.read_text().strip(), registrar=HERE)
    try:
        async with Phone(owner, folder=tmp_path) as operator:
            switch.cli("queue add member PJSIP/op1001 to hotline")
            talking = await operator.call("1002")  # unanswered, yet in use
            call = await stranger.dial("114")
            await call.wait(State.ENDED, within=60)
            await talking.hang_up()
    finally:
        switch.cli("queue remove member PJSIP/op1001 from hotline")
    assert heard == [*[""] * PASSES, *["TIMEOUT"] * PASSES]
