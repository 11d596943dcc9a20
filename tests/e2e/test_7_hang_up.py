"""Point 7: the caller hangs up anywhere, and the record says how far they came."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from deploy.phones.listen import Clip

from .citizen import WATER, Citizen, level, title
from .conftest import Citizens, Operator
from .hotline import Hotline

Walk = Callable[[Citizen], Awaitable[None]]


async def _greeting(caller: Citizen) -> None:
    await caller.hears("greeting_keys")


async def _menu(caller: Citizen) -> None:
    await caller.hears("greeting_keys")
    await caller.presses("3")
    await caller.hears(level("daily")[0])


async def _area(caller: Citizen) -> None:
    await caller.hears("greeting_keys")
    await caller.presses("231")
    await caller.hears("which_district")


async def _offer(caller: Citizen) -> None:
    await caller.chooses_water()


async def _ringing(caller: Citizen) -> None:
    await caller.hears("greeting_keys")
    await caller.presses("2312")
    await caller.hears("offer_open")
    await caller.presses("1")
    await caller.hears("connecting", whole=True)
    await asyncio.sleep(1)


async def _talking(caller: Citizen) -> None:
    await caller.chooses_water()
    await caller.presses("1")
    await caller.hears("connecting", title(WATER))


async def _before_the_beep(caller: Citizen) -> None:
    await caller.chooses_water()
    await caller.presses("2")
    await caller.hears("message_intro")


async def _progress(caller: Citizen) -> None:
    await caller.hears("greeting_keys")
    await caller.presses("5")
    await caller.hears("progress_intro")


WALKS: dict[str, tuple[Walk, str, str]] = {
    "greeting": (_greeting, "menu.root", "abandoned"),
    "menu": (_menu, "menu.daily", "abandoned"),
    "area": (_area, "area", "abandoned"),
    "offer": (_offer, "offer", "abandoned"),
    "ringing": (_ringing, "ring.H036", "abandoned"),
    "talking": (_talking, f"ring.{WATER}", "connected"),
    "before the beep": (_before_the_beep, "message", "abandoned"),
    "progress": (_progress, "progress", "abandoned"),
}


async def test_the_record_says_how_far_they_came(citizen: Citizens) -> None:
    callers = {place: await citizen() for place in WALKS}

    async def hangs_up_there(place: str) -> tuple[str, str]:
        caller = callers[place]
        await WALKS[place][0](caller)
        await caller.hangs_up()
        record = await caller.record()
        return record["steps"][-1], record["outcome"]

    found = await asyncio.gather(*(hangs_up_there(place) for place in WALKS))
    assert dict(zip(WALKS, found, strict=True)) == {
        place: (step, outcome) for place, (_, step, outcome) in WALKS.items()
    }


async def test_lost_in_the_queue_is_called_back(
    hotline: Hotline, citizen: Citizens, operator: Operator
) -> None:
    await operator("1001")
    caller = await citizen()
    await caller.chooses_water()
    await caller.presses("0")
    await caller.hears("to_operator", whole=True)
    await asyncio.sleep(1)
    await caller.hangs_up()
    owed = await hotline.callback(caller.number)
    assert (owed["reason"], owed["line"], owed["done"]) == ("lost-in-queue", WATER, None)
    assert caller.number in await hotline.command("callback", "list")
    record = await caller.record()
    assert (record["outcome"], record["steps"][-1]) == ("abandoned", "operator")


@pytest.mark.parametrize("review", [False, True])
async def test_lost_in_mid_message_is_called_back_and_the_message_kept(
    hotline: Hotline, citizen: Citizens, own_words: tuple[Path, Clip], *, review: bool
) -> None:
    caller = await citizen()
    await caller.chooses_water()
    await caller.presses("2")
    await caller.is_asked_to_speak()
    await caller.says(own_words[0])
    if review:
        await caller.presses("#")
        await caller.hears("message_review")
    await caller.hangs_up()
    assert (await hotline.ticket(caller.number))["line"] == WATER
    assert (await caller.record())["outcome"] == "ticket"
    if not review:
        assert (await hotline.callback(caller.number))["reason"] == "lost-in-message"


async def test_hanging_up_in_the_survey_keeps_the_talk(
    citizen: Citizens, operator: Operator
) -> None:
    seat = await operator("1001")
    caller = await citizen()
    await caller.hears("greeting_keys")
    await caller.presses("0")
    rung = await seat.incoming()
    await rung.pick_up()
    await asyncio.sleep(1)
    await rung.hang_up()
    await caller.hears("survey")
    await caller.hangs_up()
    record = await caller.record()
    assert (record["outcome"], record["operator"]) == ("operator", "1001")
    assert record["satisfaction"] is None
