"""Point 3: connecting to the unit's line, and along the chain when it can not be reached."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from deploy.phones.listen import assert_heard
from ivr.kernel.clock import SystemClock
from routing.load import DATA

from .citizen import WATER, introduction, line, title
from .scenes import Cast, Outcomes, Scene, name_of


async def a_unit_picks_up_and_the_caller_is_asked_how_it_was(cast: Cast) -> None:
    words, as_clip = cast.own_words()
    caller = await cast.citizen()
    await caller.chooses_water()
    await caller.presses("1")
    await caller.hears("connecting", title(WATER))
    await caller.says(words)
    await caller.hears("survey", within=60)
    await caller.presses("1")
    await caller.hears("survey_thanks")
    await caller.is_hung_up()
    record = await caller.record()
    assert (record["outcome"], record["line"], record["satisfaction"]) == ("connected", WATER, 1)
    assert 3 < record["talked"] < 30
    assert record["steps"][-4:] == ["connect", f"ring.{WATER}", "survey", "goodbye"]
    (rung,) = [call for call in cast.hotline.exchange_calls() if caller.number in call["name"]]
    assert rung["number"] == line(WATER).number
    assert line(WATER).spoken_title in rung["name"]
    assert_heard(Path(rung["recording"]), [as_clip])


async def busy_then_unanswered_then_the_duty_officer(cast: Cast) -> None:
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses("2311")
    await caller.hears(introduction("H110"), "offer_open")
    await caller.presses("1")
    await caller.hears("connecting", "line_busy")
    await caller.hears("connecting_next", title("H036"))
    await caller.hears("line_no_answer", "connecting_next", title("H096"), within=60)
    await caller.hears("survey", within=60)
    await caller.hangs_up()
    record = await caller.record()
    rung = [step for step in record["steps"] if step.startswith("ring.")]
    assert rung == ["ring.H110", "ring.H036", "ring.H096"]
    assert (record["outcome"], record["line"]) == ("connected", "H110")


async def a_chain_that_nobody_answers_ends_with_a_human_or_a_message(cast: Cast) -> None:
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses("313")
    await caller.hears(introduction("H091"), "offer_open")
    await caller.presses("1")
    await caller.hears("line_busy", title("H010"), "line_busy")
    await caller.hears("to_operator", "no_operators", "message_intro")
    await caller.hangs_up()
    record = await caller.record()
    assert [step for step in record["steps"] if step.startswith("ring.")] == [
        "ring.H091",
        "ring.H010",
    ]
    assert (await caller.hotline.callback(caller.number))["reason"] == "no-operator"


SCENES = (
    a_unit_picks_up_and_the_caller_is_asked_how_it_was,
    busy_then_unanswered_then_the_duty_officer,
    a_chain_that_nobody_answers_ends_with_a_human_or_a_message,
)


@pytest.mark.parametrize("scene", SCENES, ids=name_of)
def test_scene(scene: Scene, outcomes: Outcomes) -> None:
    outcomes.of(scene)


def table_with_hours(folder: Path, code: str, hours: str) -> Path:
    """The product's table with other service hours for one line, as a folder to publish."""
    shutil.copytree(DATA, folder)
    with (folder / "hotlines.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["code"] == code:
            row["service_hours"] = hours
    with (folder / "hotlines.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return folder


async def test_a_closed_line_is_said_to_be_closed_and_passed_over(
    cast: Cast, tmp_path: Path
) -> None:
    another_time = "06:00-06:01" if SystemClock().now().hour >= 12 else "18:00-18:01"
    table = table_with_hours(tmp_path / "table", "H080", f"MO-SU {another_time}")
    await cast.hotline.publish(str(table))
    try:
        caller = await cast.citizen()
        await caller.hears("greeting_keys")
        await caller.presses("3231")
        await caller.hears(introduction("H080"), "offer_closed")
        await caller.presses("1")
        await caller.hears(title("H010"), "line_busy", "to_operator")
        await caller.hangs_up()
        record = await caller.record()
    finally:
        await cast.hotline.publish()
    assert "ring.H080" not in record["steps"]
    assert record["table"] > 1
