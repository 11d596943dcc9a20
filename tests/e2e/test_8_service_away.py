"""Point 8: the service is not running, and 114 still answers."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.phones.listen import Clip, assert_heard

from .citizen import WATER, introduction, level, title
from .conftest import Citizens, Operator
from .hotline import Hotline


@pytest.fixture
async def away(hotline: Hotline) -> AsyncIterator[Path]:
    """The service is killed, and stays away until the file this yields is removed."""
    hold = hotline.home / "hold-service"
    hold.touch()
    os.kill(hotline.service, signal.SIGKILL)
    await _until(lambda: not hotline.answers())
    yield hold
    hold.unlink(missing_ok=True)
    await _until(hotline.answers)


async def _until(true, within: float = 60.0) -> None:
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, f"not within {within:g} s"
        await asyncio.sleep(0.2)


async def test_greeting_menu_and_the_unit_are_reached_without_the_service(
    away: Path, citizen: Citizens
) -> None:
    caller = await citizen()
    (greeting,) = await caller.hears("greeting_keys")
    assert greeting.start < 4
    await caller.presses("3")
    await caller.hears(level("daily")[0])
    await caller.presses("1")
    await caller.hears(level("repair")[0])
    await caller.presses("1")
    await caller.hears(introduction(WATER))
    await caller.presses("1")
    await caller.hears(title(WATER), within=30)
    await caller.hangs_up()


async def test_a_human_is_reached_without_the_service(
    hotline: Hotline, operator: Operator, citizen: Citizens, own_words: tuple[Path, Clip]
) -> None:
    seat = await operator("1001")
    hold = hotline.home / "hold-service"
    hold.touch()
    os.kill(hotline.service, signal.SIGKILL)
    try:
        await _until(lambda: not hotline.answers())
        caller = await citizen()
        await caller.hears("greeting_keys")
        await caller.presses("0")
        rung = await seat.incoming(within=30)
        await rung.pick_up()
        await caller.says(own_words[0])
        await rung.hang_up()
        assert_heard(rung.recording, [own_words[1]])
        await caller.hangs_up()
    finally:
        hold.unlink()
        await _until(hotline.answers)


async def test_a_message_left_while_the_service_is_away_becomes_a_ticket_when_it_is_back(
    hotline: Hotline, away: Path, citizen: Citizens, own_words: tuple[Path, Clip]
) -> None:
    words, as_clip = own_words
    caller = await citizen()
    await caller.hears("greeting_keys")
    await caller.presses("311")
    await caller.hears(introduction(WATER))
    await caller.presses("2")
    await caller.is_asked_to_speak()
    await caller.says(words)
    await caller.presses("#")
    await caller.hears("message_review")
    await caller.presses("1")
    await caller.hears("message_kept")
    await caller.is_hung_up()
    assert hotline.rows("select * from ticket where caller = ?", caller.number) == []
    away.unlink()  # noqa: ASYNC240 - a file on this machine's own disk
    ticket = await hotline.row("select * from ticket where caller = ?", caller.number, within=60)
    assert (ticket["channel"], ticket["line"]) == ("fallback", WATER)
    assert_heard(Path(ticket["recording"]), [as_clip])
    assert (await caller.record())["ticket"] in (None, ticket["number"])
