"""Point 8: the service is not running, and 114 still answers."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from deploy.phones.listen import assert_heard

from .citizen import WATER, introduction, level, title
from .hotline import Hotline
from .scenes import Cast


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


async def _until(true: Callable[[], bool], within: float = 120.0) -> None:
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, f"not within {within:g} s"
        await asyncio.sleep(0.2)


async def test_greeting_menu_and_the_unit_are_reached_without_the_service(
    cast: Cast, away: Path
) -> None:
    caller = await cast.citizen()
    (greeting,) = await caller.hears("greeting_keys")
    assert greeting.start < 10
    await caller.presses("3")
    await caller.hears(level("daily")[0])
    await caller.presses("1")
    await caller.hears(level("repair")[0])
    await caller.presses("1")
    await caller.hears(introduction(WATER))
    await caller.presses("1")
    await caller.hears(title(WATER), within=60)
    await caller.hangs_up()


async def test_a_human_is_reached_without_the_service(cast: Cast) -> None:
    seat = await cast.operator("1001")
    hold = cast.hotline.home / "hold-service"
    hold.touch()
    os.kill(cast.hotline.service, signal.SIGKILL)
    try:
        await _until(lambda: not cast.hotline.answers())
        caller = await cast.citizen()
        await caller.hears("greeting_keys")
        await caller.presses("0")
        rung = await seat.incoming(within=60)
        await rung.pick_up()
        await caller.says(cast.own_words()[0])
        await rung.hang_up()
        assert_heard(rung.recording, [cast.own_words()[1]])
        await caller.hangs_up()
    finally:
        hold.unlink()
        await _until(cast.hotline.answers)


async def test_a_message_left_meanwhile_becomes_a_ticket_when_the_service_is_back(
    cast: Cast, away: Path
) -> None:
    words, as_clip = cast.own_words()
    caller = await cast.citizen()
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
    assert cast.hotline.rows("select * from ticket where caller = ?", caller.number) == []
    away.unlink()  # noqa: ASYNC240 - a file on this machine's own disk
    ticket = await cast.hotline.ticket(caller.number, within=60)
    assert (ticket["channel"], ticket["line"]) == ("fallback", WATER)
    assert_heard(Path(ticket["recording"]), [as_clip])
    assert (await caller.record())["ticket"] in (None, ticket["number"])
