"""Point 4: a message in the caller's own words, checked, kept, and given a number."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from deploy.phones.listen import assert_heard
from ivr.kernel.clock import CHINA
from ivr.tickets.number import parse
from prompts import readers

from .citizen import WATER, digits
from .scenes import Cast, Outcomes, Scene, name_of


async def recorded_heard_again_recorded_anew_and_registered(cast: Cast) -> None:
    words, as_clip = cast.own_words()
    caller = await cast.citizen()
    await caller.chooses_water()
    await caller.presses("2")
    await caller.is_asked_to_speak()
    await caller.says(words)
    await caller.presses("#")
    await caller.hears("message_review")
    await caller.presses("2")
    await caller.hears("message_playback")
    await caller.ear.hear(as_clip)
    await caller.hears("message_review")
    await caller.presses("3")
    await caller.is_asked_to_speak("message_again")
    await caller.says(words)
    await caller.hears("message_review")  # silence ended this one
    await caller.presses("1")
    await caller.hears("ticket_number_is")
    ticket = await cast.hotline.ticket(caller.number)
    assert parse(ticket["number"]) == ticket["number"]
    number = digits(ticket["number"])
    await caller.hears(*number, "ticket_number_repeat", *number, "deadline_before", within=60)
    due = datetime.fromisoformat(ticket["due"]).astimezone(CHINA)
    await caller.hears(readers.date(due.date(), weekday=True), "deadline_after", "how_to_ask")
    await caller.is_hung_up()
    assert (ticket["line"], ticket["state"]) == (WATER, "waiting")
    assert_heard(Path(ticket["recording"]), [as_clip])
    record = await caller.record()
    assert (record["outcome"], record["ticket"]) == ("ticket", ticket["number"])
    assert record["steps"].count("recording") == 2


async def a_message_cut_by_hanging_up_still_counts(cast: Cast) -> None:
    words, as_clip = cast.own_words()
    caller = await cast.citizen()
    await caller.chooses_water()
    await caller.presses("2")
    await caller.is_asked_to_speak()
    await caller.says(words)
    await caller.hangs_up()
    ticket = await cast.hotline.ticket(caller.number)
    assert_heard(Path(ticket["recording"]), [as_clip])
    owed = await cast.hotline.callback(caller.number)
    assert (owed["reason"], owed["recording"]) == ("lost-in-message", ticket["recording"])


async def the_limit_ends_a_message_that_does_not_end(cast: Cast) -> None:
    words, _ = cast.own_words()
    caller = await cast.citizen()
    await caller.chooses_water()
    await caller.presses("2")
    await caller.is_asked_to_speak()
    await caller.call.play(words, loop=True)
    await caller.hears("message_review", within=60)
    await caller.presses("1")
    await caller.hears("ticket_number_is")
    ticket = await cast.hotline.ticket(caller.number)
    await caller.hangs_up()
    assert 10 < ticket["duration"] < 14


async def silence_is_no_message(cast: Cast) -> None:
    caller = await cast.citizen()
    await caller.chooses_water()
    await caller.presses("2")
    await caller.hears("message_intro", "message_empty", "message_again", within=60)
    await caller.hears("message_empty", "to_operator", within=60)
    await caller.hangs_up()
    assert (await caller.record())["ticket"] is None


SCENES = (
    recorded_heard_again_recorded_anew_and_registered,
    a_message_cut_by_hanging_up_still_counts,
    the_limit_ends_a_message_that_does_not_end,
    silence_is_no_message,
)


@pytest.mark.parametrize("scene", SCENES, ids=name_of)
def test_scene(scene: Scene, outcomes: Outcomes) -> None:
    outcomes.of(scene)
