"""Point 7: the caller hangs up anywhere, and the record says how far they came."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from .citizen import WATER, Citizen, level, title
from .scenes import Cast, Outcomes, Scene, name_of

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


async def the_record_says_how_far_they_came(cast: Cast) -> None:
    async def hangs_up_there(place: str) -> tuple[str, str]:
        caller = await cast.citizen()
        await WALKS[place][0](caller)
        await caller.hangs_up()
        record = await caller.record()
        return record["came_to"], record["outcome"]

    found = await asyncio.gather(*(hangs_up_there(place) for place in WALKS))
    assert dict(zip(WALKS, found, strict=True)) == {
        place: (step, outcome) for place, (_, step, outcome) in WALKS.items()
    }


async def lost_in_mid_message_is_called_back_and_the_message_kept(cast: Cast) -> None:
    caller = await cast.citizen()
    await caller.chooses_water()
    await caller.presses("2")
    await caller.is_asked_to_speak()
    await caller.says(cast.own_words()[0])
    await caller.hangs_up()
    assert (await cast.hotline.ticket(caller.number))["line"] == WATER
    assert (await caller.record())["outcome"] == "ticket"
    assert (await cast.hotline.callback(caller.number))["reason"] == "lost-in-message"


async def lost_while_reviewing_a_message_keeps_it(cast: Cast) -> None:
    caller = await cast.citizen()
    await caller.chooses_water()
    await caller.presses("2")
    await caller.is_asked_to_speak()
    await caller.says(cast.own_words()[0])
    await caller.presses("#")
    await caller.hears("message_review")
    await caller.hangs_up()
    assert (await cast.hotline.ticket(caller.number))["line"] == WATER
    assert (await caller.record())["outcome"] == "ticket"


SCENES = (
    the_record_says_how_far_they_came,
    lost_in_mid_message_is_called_back_and_the_message_kept,
    lost_while_reviewing_a_message_keeps_it,
)


@pytest.mark.parametrize("scene", SCENES, ids=name_of)
def test_scene(scene: Scene, outcomes: Outcomes) -> None:
    outcomes.of(scene)


async def test_lost_in_the_queue_is_called_back(cast: Cast) -> None:
    await cast.operator("1001")
    caller = await cast.citizen()
    await caller.chooses_water()
    await caller.presses("0")
    await caller.hears("to_operator", whole=True)
    await asyncio.sleep(1)
    await caller.hangs_up()
    owed = await cast.hotline.callback(caller.number)
    assert (owed["reason"], owed["line"], owed["done"]) == ("lost-in-queue", WATER, None)
    assert caller.number in await cast.hotline.command("callback", "list")
    record = await caller.record()
    assert (record["outcome"], record["came_to"]) == ("abandoned", "operator")


async def test_hanging_up_in_the_survey_keeps_the_talk(cast: Cast) -> None:
    seat = await cast.operator("1001")
    caller = await cast.citizen()
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
