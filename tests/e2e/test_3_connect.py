"""Point 3: connecting to the unit's line, and along the chain when it can not be reached."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from deploy.phones.listen import Clip, assert_heard
from ivr.kernel.clock import SystemClock
from routing.load import DATA

from .citizen import WATER, introduction, line, title
from .conftest import Citizens
from .hotline import Hotline


async def test_a_unit_picks_up_both_hear_each_other_and_the_caller_is_asked_how_it_was(
    hotline: Hotline, citizen: Citizens, own_words: tuple[Path, Clip]
) -> None:
    words, as_clip = own_words
    caller = await citizen()
    await caller.chooses_water()
    await caller.presses("1")
    await caller.hears("connecting", title(WATER))
    await caller.says(words)
    await caller.hears("survey", within=30)
    await caller.presses("1")
    await caller.hears("survey_thanks")
    await caller.is_hung_up()
    record = await caller.record()
    assert (record["outcome"], record["line"], record["satisfaction"]) == ("connected", WATER, 1)
    assert 3 < record["talked"] < 10
    assert record["steps"][-4:] == ["connect", f"ring.{WATER}", "survey", "goodbye"]
    (rung,) = [call for call in hotline.exchange_calls() if caller.number in call["name"]]
    assert rung["number"] == line(WATER).number
    assert line(WATER).spoken_title in rung["name"]
    assert_heard(Path(rung["recording"]), [as_clip])


async def test_busy_then_unanswered_then_the_duty_officer(citizen: Citizens) -> None:
    caller = await citizen()
    await caller.hears("greeting_keys")
    await caller.presses("2311")
    await caller.hears(introduction("H110"), "offer_open")
    await caller.presses("1")
    await caller.hears("connecting", "line_busy")
    await caller.hears("connecting_next", title("H036"))
    await caller.hears("line_no_answer", "connecting_next", title("H096"), within=30)
    await caller.hears("survey", within=30)
    await caller.hangs_up()
    record = await caller.record()
    rung = [step for step in record["steps"] if step.startswith("ring.")]
    assert rung == ["ring.H110", "ring.H036", "ring.H096"]
    assert (record["outcome"], record["line"]) == ("connected", "H110")


async def test_a_chain_that_nobody_answers_ends_with_a_human_or_a_message(
    citizen: Citizens,
) -> None:
    caller = await citizen()
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


@pytest.fixture
async def weather_closed(hotline: Hotline, tmp_path: Path) -> str:
    """A table in force in which the weather line is served at another hour than now."""
    folder = tmp_path / "table"
    shutil.copytree(DATA, folder)
    hours = "MO-SU 00:00-00:01" if SystemClock().now().hour >= 12 else "MO-SU 23:58-23:59"
    with (folder / "hotlines.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["code"] == "H080":
            row["service_hours"] = hours
    with (folder / "hotlines.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    await hotline.publish(str(folder))
    return "H080"


async def test_a_closed_line_is_said_to_be_closed_and_passed_over(
    hotline: Hotline, citizen: Citizens, weather_closed: str
) -> None:
    try:
        caller = await citizen()
        await caller.hears("greeting_keys")
        await caller.presses("3231")
        await caller.hears(introduction(weather_closed), "offer_closed")
        await caller.presses("1")
        await caller.hears(title("H010"), "line_busy", "to_operator")
        await caller.hangs_up()
        record = await caller.record()
    finally:
        await hotline.publish()
    assert f"ring.{weather_closed}" not in record["steps"]
    assert record["table"] > 1
