"""Point 5: a human, through Asterisk's queue."""

from __future__ import annotations

import asyncio

import pytest

from deploy.phones.listen import assert_heard, longest_silence
from deploy.phones.phone import PhoneTimeout, State
from prompts import vocabulary
from prompts.catalogue import PROMPTS

from .citizen import WATER, line
from .scenes import Cast


async def test_caller_and_operator_talk_and_the_caller_says_how_it_was(cast: Cast) -> None:
    words, as_clip = cast.own_words()
    seat = await cast.operator("1001")
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses("0")
    await caller.hears("to_operator")
    rung = await seat.incoming()
    assert caller.number in rung.caller_name
    await rung.ring()
    await asyncio.sleep(1)
    await rung.pick_up()
    await caller.says(words)
    (greeting,) = cast.hotline.clips(PROMPTS.survey_thanks)
    clip = cast.hotline.sounds.clip(PROMPTS.survey_thanks)
    assert clip is not None
    await rung.say(clip.path)
    await rung.hang_up()
    await caller.hears("survey", whole=True)
    await caller.presses("2")
    await caller.hears("survey_thanks")
    await caller.is_hung_up()
    assert_heard(rung.recording, [as_clip])
    said = assert_heard(caller.call.recording, [greeting, *cast.hotline.clips("survey")])
    assert said[0].portion > 0.7
    record = await caller.record()
    assert (record["outcome"], record["operator"]) == ("operator", "1001")
    assert record["satisfaction"] == 2
    assert record["waited"] >= 1
    assert record["talked"] > 3
    assert cast.hotline.rows("select * from callback where caller = ?", caller.number) == []


async def test_the_operators_telephone_shows_caller_and_matter(cast: Cast) -> None:
    seat = await cast.operator("1002")
    caller = await cast.citizen()
    await caller.chooses_water()
    await caller.presses("0")
    rung = await seat.incoming()
    assert caller.number in rung.caller_name
    assert line(WATER).spoken_title in rung.caller_name
    await caller.hangs_up()
    await rung.wait(State.ENDED)
    assert (await caller.record())["line"] == WATER


async def test_who_waits_hears_music_and_their_position(cast: Cast) -> None:
    seat = await cast.operator("1001")
    first = await cast.citizen()
    await first.hears("greeting_keys")
    await first.presses("0")
    talking = await seat.incoming()
    await talking.pick_up()
    second, third = await cast.citizen(), await cast.citizen()
    for caller in (second, third):
        await caller.hears("greeting_keys")
        await caller.presses("0")
        await caller.hears("to_operator", whole=True)
    await third.hears("queue_position_before", vocabulary.small(2), "queue_position_after")
    await third.hears("operators_busy", within=60)
    assert longest_silence(third.call.recording) < 4
    await third.presses("2")
    await third.hears("message_intro")
    for caller in (first, second, third):
        await caller.hangs_up()
    assert (await second.record())["outcome"] == "abandoned"
    assert (await cast.hotline.callback(second.number))["reason"] == "lost-in-queue"


async def test_a_paused_operator_is_not_rung_until_they_resume(cast: Cast) -> None:
    seat = await cast.operator("1001")
    await cast.hotline.command("operator", "pause", "1001", "--reason", "午饭")
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses("0")
    await caller.hears("to_operator", "no_operators")
    with pytest.raises(PhoneTimeout):
        await seat.incoming(within=0.5)
    await caller.hangs_up()
    await cast.hotline.command("operator", "resume", "1001")
    other = await cast.citizen()
    await other.hears("greeting_keys")
    await other.presses("0")
    rung = await seat.incoming()
    assert other.number in rung.caller_name
    await other.hangs_up()


async def test_operator_list_tells_who_is_there(cast: Cast) -> None:
    await cast.operator("1001")
    listed = await cast.hotline.command("operator", "list")
    assert "1001" in listed
    assert "1002" not in listed
