"""Point 6: how a ticket stands, by its number or by the caller's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from .citizen import Citizen, digits
from .scenes import Cast, Outcomes, Scene, name_of


async def _leaves_a_message(caller: Citizen, words: Path) -> str:
    await caller.chooses_water()
    await caller.presses("2")
    await caller.is_asked_to_speak()
    await caller.says(words)
    await caller.presses("#")
    await caller.hears("message_review")
    await caller.presses("1")
    await caller.hears("ticket_number_is")
    await caller.hangs_up()
    return str((await caller.hotline.ticket(caller.number))["number"])


async def by_its_number_and_by_the_callers_own(cast: Cast) -> None:
    owner = await cast.citizen()
    number = await _leaves_a_message(owner, cast.own_words()[0])
    told = ("progress_ticket", *digits(number), "progress_waiting")

    other = await cast.citizen()
    await other.hears("greeting_keys")
    await other.presses("5")
    await other.hears("progress_intro")
    await other.presses(f"{number}#")
    await other.hears(*told, within=60)
    await other.hears("progress_more", within=60)
    await other.presses("*")
    await other.hears("main_menu")
    await other.hangs_up()
    assert (await other.record())["outcome"] == "progress"

    again = await Citizen.dials(cast.hotline, owner.phone)
    await again.hears("greeting_keys")
    await again.presses("5")
    await again.hears("progress_intro")
    await again.presses("#")
    await again.hears(*told, "progress_more", within=60)
    await again.hangs_up()


async def a_wrong_number_twice_reaches_a_human(cast: Cast) -> None:
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses("5")
    await caller.hears("progress_intro")
    await caller.presses("00000001#")
    await caller.hears("progress_wrong", "progress_intro")
    await caller.presses("12#")
    await caller.hears("progress_wrong", "to_operator")
    await caller.hangs_up()
    assert "operator" in (await caller.record())["steps"]


async def a_caller_without_tickets_is_told_so(cast: Cast) -> None:
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses("5")
    await caller.hears("progress_intro")
    await caller.presses("#")
    await caller.hears("progress_none_for_caller")
    await caller.hangs_up()
    assert (await caller.record())["outcome"] == "abandoned"


async def a_stranger_learns_nothing_of_anothers_ticket_by_pressing_hash(cast: Cast) -> None:
    owner = await cast.citizen()
    await _leaves_a_message(owner, cast.own_words()[0])
    stranger = await cast.citizen()
    await stranger.hears("greeting_keys")
    await stranger.presses("5")
    await stranger.hears("progress_intro")
    await stranger.presses("#")
    await stranger.hears("progress_none_for_caller")
    await stranger.hangs_up()


SCENES = (
    by_its_number_and_by_the_callers_own,
    a_wrong_number_twice_reaches_a_human,
    a_caller_without_tickets_is_told_so,
    a_stranger_learns_nothing_of_anothers_ticket_by_pressing_hash,
)


@pytest.mark.parametrize("scene", SCENES, ids=name_of)
def test_scene(scene: Scene, outcomes: Outcomes) -> None:
    outcomes.of(scene)
