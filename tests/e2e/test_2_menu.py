"""Point 2: the greeting, the short menu, and walking it to whoever is responsible."""

from __future__ import annotations

import asyncio

import pytest

from deploy.phones.phone import State
from routing.ids import NodeId

from .citizen import TABLE, WATER, introduction, level
from .scenes import Cast, Outcomes, Scene, name_of


async def the_greeting_is_said_to_its_end_and_its_menu_asked_again(cast: Cast) -> None:
    caller = await cast.citizen()
    (greeting,) = await caller.hears("greeting_keys", whole=True)
    assert greeting.start < 8
    assert greeting.end - greeting.start < 12
    await caller.hears("nothing_heard", "greeting_keys", within=60)
    await caller.hangs_up()
    record = await caller.record()
    assert (record["outcome"], record["steps"][-1]) == ("abandoned", "menu.root")


async def a_digit_interrupts_at_any_moment(cast: Cast) -> None:
    moments = (0.7, 2.0, 4.5)
    callers = await asyncio.gather(*(cast.citizen() for _ in moments))

    async def interrupts(number: int) -> float:
        caller = callers[number]
        await caller.hears("greeting_keys")
        await asyncio.sleep(moments[number])
        await caller.presses("3")
        keyed = (await caller.call.wait_for("pressed")).at - caller.call.when(State.UP)
        (first,) = await caller.hears(level("daily")[0])
        await caller.hangs_up()
        return first.start - keyed

    delays = await asyncio.gather(*(interrupts(number) for number in range(len(moments))))
    assert max(delays) < 4, f"the next menu came {delays} seconds after the key"


async def the_menu_is_walked_repeated_left_and_walked_again(cast: Cast) -> None:
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses("3")
    await caller.hears(*level("daily")[:2])
    await caller.presses("9")
    await caller.hears(*level("daily"), within=60)
    await caller.presses("*")
    await caller.hears("main_menu")
    await caller.presses("3")
    await caller.hears(level("daily")[0])
    await caller.presses("1")
    await caller.hears(level("repair")[0])
    await caller.presses("1")
    await caller.hears(introduction(WATER), "offer_open")
    await caller.presses("*")
    await caller.hears(level("repair")[0])
    await caller.hangs_up()
    record = await caller.record()
    assert record["line"] is None, "who goes back is not about that line any more"
    assert record["steps"] == [
        *("answered", "menu.root", "menu.daily", "menu.root", "menu.daily", "menu.repair"),
        *("offer", "menu.repair"),
    ]


async def the_place_decides_between_city_and_district(cast: Cast) -> None:
    answers = {"1": "H110", "2": "H036", "3": "H036", "4": "H036"}

    async def asks_from(key: str) -> str:
        caller = await cast.citizen()
        await caller.hears("greeting_keys")
        await caller.presses("231")
        await caller.hears("which_district")
        await caller.presses(key)
        await caller.hears(introduction(answers[key]), "offer_open")
        await caller.hangs_up()
        return str((await caller.record())["line"])

    reached = await asyncio.gather(*(asks_from(key) for key in answers))
    assert dict(zip(answers, reached, strict=True)) == answers


async def zero_reaches_a_human_from_every_level(cast: Cast) -> None:
    ways = ("0", "30", "310", "2310", "3110")
    callers = await asyncio.gather(*(cast.citizen() for _ in ways))

    async def asks_for_a_human(number: int) -> list[str]:
        caller = callers[number]
        await caller.hears("greeting_keys")
        await caller.presses(ways[number][:-1] or "0")
        if ways[number] == "3110":  # an offer is not answered by keys typed ahead
            await caller.hears("offer_open")
        if len(ways[number]) > 1:
            await caller.presses("0")
        await caller.hears("to_operator")
        await caller.hangs_up()
        return list((await caller.record())["steps"])

    for steps in await asyncio.gather(*(asks_for_a_human(number) for number in range(len(ways)))):
        assert "operator" in steps


def test_no_level_has_more_than_five_choices() -> None:
    assert all(1 <= len(node.choices) <= 5 for node in TABLE.menu.nodes)
    assert TABLE.menu.node(NodeId("root")).choices


SCENES = (
    the_greeting_is_said_to_its_end_and_its_menu_asked_again,
    a_digit_interrupts_at_any_moment,
    the_menu_is_walked_repeated_left_and_walked_again,
    the_place_decides_between_city_and_district,
    zero_reaches_a_human_from_every_level,
)


@pytest.mark.parametrize("scene", SCENES, ids=name_of)
def test_scene(scene: Scene, outcomes: Outcomes) -> None:
    outcomes.of(scene)
