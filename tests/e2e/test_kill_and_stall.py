"""The first of two call nodes is killed, or stops and wakes up later, with callers in every phase.

All phases are struck by the same blow. Each caller then tells how the call went on; at the end
every one of them has one record, and a ticket only where one was left.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from deploy.phones.phone import Leg, State
from ivr.kernel.sound import Spoken

from .citizen import WATER_KEYS, Citizen, level
from .hotline import Hotline, Row, start, told
from .scenes import Cast

PORTS: Final = {
    "HOTLINE_SWITCH__SIP_PORT": "23060",
    "HOTLINE_SWITCH__EXCHANGE_PORT": "23565",
    "HOTLINE_SWITCH__RTP_FIRST": "23700",
    "HOTLINE_SWITCH__RTP_LAST": "23999",
    "HOTLINE_AGI__PORT": "23573",
    "HOTLINE_AMI__PORT": "23038",
    "HOTLINE_WEB__PORT": "23114",
}
TWO_NODES: Final = {"HOTLINE_SWITCH__NODES": "2", "HOTLINE_CALLS__QUEUE_WAIT": "60"}
AFTER_KILL: Final = 1.0  # seconds a caller may be without a voice
AFTER_STALL: Final = 3.0
SETTLED: Final = 16.0  # one who slept speaks last, after ten seconds
STRUCK: Final = 60.0  # seconds for all callers to be where they are to be


class Blow:
    """What happens to the service while all callers are in place, and what they hear then."""

    def __init__(self, hotline: Hotline, blow: signal.Signals, callers: int) -> None:
        self.stalls = blow is signal.SIGSTOP
        self.gaps: dict[str, float] = {}
        self._hotline = hotline
        self._signal = blow
        self._in_place = asyncio.Barrier(callers)
        self._served = asyncio.Barrier(callers)
        self._pid = hotline.service
        self._at = 0.0

    async def strike(self) -> None:
        """Returns when all are in place and the blow has fallen."""
        async with asyncio.timeout(STRUCK):
            if await self._in_place.wait() == 0:
                self._at = time.time()
                os.kill(self._pid, self._signal)
            while not self._at:
                await asyncio.sleep(0)

    async def voice_back(self, phase: str, citizen: Citizen, *sounds: Spoken | str) -> None:
        """The caller hears this next; how long after the blow is noted under `phase`."""
        heard = (await citizen.hears(*sounds, within=20))[0]
        up = citizen.call.when(State.UP)
        self.gaps[phase] = up + heard.start - self._at

    async def served_again(self) -> None:
        """Returns when all are served by others; a stopped service then wakes up."""
        async with asyncio.timeout(STRUCK):
            if await self._served.wait() == 0 and self.stalls:
                os.kill(self._pid, signal.SIGCONT)

    def mend(self) -> None:
        """Whatever went wrong, leave no stopped process."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline of two call nodes."""
    more = {**PORTS, **TWO_NODES, "HOTLINE_CALLS__UNCLAIMED": "5"}
    running = start(tmp_path_factory.mktemp("nodes"), **more)
    yield running
    running.stop()


Phase = Callable[[Cast, Blow], Awaitable[Citizen]]


async def in_a_prompt(cast: Cast, blow: Blow) -> Citizen:
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await blow.strike()
    await blow.voice_back("prompt", caller, "greeting_keys")
    await blow.served_again()
    await caller.hangs_up()
    return caller


async def between_digits(cast: Cast, blow: Blow) -> Citizen:
    """What they had chosen before stands; the level they are at is said again."""
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses("3")
    await caller.hears(*level("daily")[-1:], whole=True)
    await blow.strike()
    await blow.voice_back("digits", caller, level("daily")[0])
    await caller.presses(WATER_KEYS[1:])
    await caller.hears("offer_open")
    await blow.served_again()
    await caller.presses("2")
    await caller.is_asked_to_speak()
    await caller.says(cast.own_words()[0])
    await caller.presses("#")
    await caller.hears("message_review")
    await caller.presses("1")
    await caller.hears("ticket_number_is")
    await caller.hangs_up()
    return caller


async def in_a_recording(cast: Cast, blow: Blow) -> Citizen:
    caller = await _is_recording(cast)
    await asyncio.sleep(1)
    await blow.strike()
    await blow.voice_back("recording", caller, "message_review")
    await blow.served_again()
    await caller.presses("1")
    await caller.hears("ticket_number_is")
    await caller.hangs_up()
    return caller


async def leaving_in_a_recording(cast: Cast, blow: Blow) -> Citizen:
    """They hang up before anybody serves them again."""
    caller = await _is_recording(cast)
    await asyncio.sleep(2)
    await blow.strike()
    await caller.hangs_up()
    await blow.served_again()
    return caller


async def _is_recording(cast: Cast) -> Citizen:
    caller = await cast.citizen()
    await caller.chooses_water()
    await caller.presses("2")
    await caller.is_asked_to_speak()
    await caller.call.play(cast.own_words()[0])
    return caller


async def talking_to_a_unit(cast: Cast, blow: Blow) -> Citizen:
    caller = await cast.citizen()
    await caller.chooses_water()
    await caller.presses("1")
    await caller.hears("connecting", whole=True)
    await asyncio.sleep(1.5)
    await blow.strike()
    await blow.voice_back("unit", caller, "survey")
    await blow.served_again()
    await _rates(caller, "2")
    return caller


async def talking_then_queueing(cast: Cast, blow: Blow) -> tuple[Citizen, Citizen]:
    """One operator: the second caller's turn comes when the first has been talked to."""
    seat = await cast.operator("1001")
    first, talk = await _reaches(cast, seat)
    second = await cast.citizen()
    await second.hears("greeting_keys")
    await second.presses("0")
    await second.hears("to_operator", whole=True)
    await blow.strike()
    await asyncio.sleep(1)
    assert not talk.ended
    await talk.hang_up()
    await blow.voice_back("talking", first, "survey")
    await _rates(first, "1")
    talk = await seat.incoming()
    await talk.pick_up()
    await blow.served_again()
    await asyncio.sleep(2)
    await talk.hang_up()
    await second.hears("survey")
    await _rates(second, "3")
    return first, second


async def in_the_survey(cast: Cast, blow: Blow) -> Citizen:
    seat = await cast.operator("1002")
    caller, talk = await _reaches(cast, seat)
    await cast.hotline.command("operator", "pause", "1002", "--reason", "午饭")
    await talk.hang_up()
    await caller.hears("survey")
    await blow.strike()
    await blow.voice_back("survey", caller, "survey")
    await blow.served_again()
    await _rates(caller, "5")
    return caller


async def _reaches(cast: Cast, seat) -> tuple[Citizen, Leg]:
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses("0")
    talk = await seat.incoming(within=30)
    await talk.pick_up()
    await asyncio.sleep(1)
    return caller, talk


async def _rates(caller: Citizen, key: str) -> None:
    await caller.presses(key)
    await caller.hears("survey_thanks")
    await caller.is_hung_up()


async def _one(hotline: Hotline, caller: Citizen) -> tuple[Row, list[Row], list[Row]]:
    """The caller's only record, their tickets and their callbacks."""
    await hotline.row("select 1 from call_record where caller = ?", caller.number, within=40)
    [record] = hotline.rows("select * from call_record where caller = ?", caller.number)
    tickets = hotline.rows("select * from ticket where caller = ?", caller.number)
    owed = hotline.rows("select * from callback where caller = ?", caller.number)
    return told(record), list(tickets), list(owed)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
async def test_calls_in_every_phase_go_on(
    nodes: Hotline, tmp_path: Path, sent: signal.Signals
) -> None:
    """Nobody is dropped, nobody waits long for a voice, everything is written down once."""
    async with contextlib.AsyncExitStack() as stack:
        cast = Cast(nodes, tmp_path, stack)
        blow = Blow(nodes, sent, callers=7)
        stack.callback(blow.mend)
        operators = asyncio.gather(talking_then_queueing(cast, blow), in_the_survey(cast, blow))
        await asyncio.sleep(8)  # the queue gives each operator their caller first
        prompt, digits, recording, left, unit = await asyncio.gather(
            in_a_prompt(cast, blow),
            between_digits(cast, blow),
            in_a_recording(cast, blow),
            leaving_in_a_recording(cast, blow),
            talking_to_a_unit(cast, blow),
        )
        (first, second), rated = await operators
        await asyncio.sleep(SETTLED)
        print({phase: f"{gap:.2f} s" for phase, gap in sorted(blow.gaps.items())})
        limit = AFTER_STALL if blow.stalls else AFTER_KILL
        assert {p: g for p, g in blow.gaps.items() if p in ("prompt", "digits", "survey")} == {
            p: pytest.approx(limit / 2, abs=limit / 2) for p in ("prompt", "digits", "survey")
        }

        record, tickets, owed = await _one(nodes, prompt)
        assert (record["outcome"], tickets, owed) == ("abandoned", [], [])
        for caller in (digits, recording):
            record, [ticket], owed = await _one(nodes, caller)
            assert (record["outcome"], record["ticket"]) == ("ticket", ticket["number"])
            assert owed == []
        record, [ticket], [callback] = await _one(nodes, left)
        assert (record["outcome"], record["ticket"]) == ("ticket", ticket["number"])
        assert (callback["reason"], callback["recording"]) == (
            *("lost-in-message", ticket["recording"]),
        )
        assert ticket["duration"] > 1
        for caller, outcome, rating in (
            (unit, "connected", 2),
            (first, "operator", 1),
            (second, "operator", 3),
            (rated, "operator", 5),
        ):
            record, tickets, owed = await _one(nodes, caller)
            assert (record["outcome"], record["satisfaction"]) == (outcome, rating), caller.number
            assert (tickets, owed) == ([], [])
