"""Whatever a caller keys or sends has a defined answer, and the service goes on."""

from __future__ import annotations

import json

import pytest

from deploy.phones.listen import is_silent

from .citizen import WATER, Citizen, level
from .hotline import Row, told
from .scenes import Cast, Outcomes, Scene, name_of


async def a_wrong_digit_is_told_and_two_reach_a_human(cast: Cast) -> None:
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses("8")
    await caller.hears("no_such_choice", "greeting_keys")
    await caller.presses("7")
    await caller.hears("to_human_after_trouble", "to_operator")
    await caller.hangs_up()
    assert (await caller.record())["came_to"] == "operator"


async def a_star_at_the_first_menu_says_it_again(cast: Cast) -> None:
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses("*")
    await caller.hears("main_menu")
    await caller.hangs_up()
    assert (await caller.record())["outcome"] == "abandoned"


async def a_hash_at_the_first_menu_is_no_choice(cast: Cast) -> None:
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses("#")
    await caller.hears("no_such_choice", "greeting_keys")
    await caller.hangs_up()
    assert (await caller.record())["outcome"] == "abandoned"


async def forty_keys_at_once_leave_the_caller_somewhere_sensible(cast: Cast) -> None:
    caller = await cast.citizen()
    await caller.hears("greeting_keys")
    await caller.presses("6" * 40)
    await caller.hears("to_operator", within=60)
    await caller.hangs_up()
    assert (await caller.record())["outcome"] == "abandoned"


async def silence_twice_reaches_a_human(cast: Cast) -> None:
    caller = await cast.citizen()
    await caller.hears("greeting_keys", "nothing_heard", "greeting_keys", within=60)
    await caller.hears("to_human_after_trouble", "to_operator", within=60)
    await caller.hangs_up()
    assert (await caller.record())["came_to"] == "operator"


HOSTILE = {
    "quotes": '"a\\"b" <sip:1\'2@127.0.0.1>',
    "commas": '"a,b;c" <sip:1,2;3@127.0.0.1>',
    "line breaks": "<sip:1%0d%0aSET%20VARIABLE%20HOTLINE_DONE%201%0d%0a@127.0.0.1>",
    "long": f'"{"n" * 300}" <sip:{"9" * 300}@127.0.0.1>',
    "expressions": '"${SHELL(id)}" <sip:$%7bEXTEN%7d@127.0.0.1>',
    "Chinese": '"王小明" <sip:%e7%8e%8b@127.0.0.1>',
}


async def test_a_hostile_caller_id_is_served_like_any_other(cast: Cast) -> None:
    """One after the other: their records are told apart by nothing but their time."""
    for kind, caller_id in HOSTILE.items():
        record = await _calls_as(cast, caller_id)
        assert record["caller"] == "" or record["caller"].isdigit(), kind
        assert len(record["caller"]) <= 20, kind
        assert "menu.daily" in record["steps"], kind


async def _calls_as(cast: Cast, caller_id: str) -> Row:
    """The record of a call whose From and asserted identity are `caller_id`."""
    known = json.dumps([row["call"] for row in cast.hotline.rows("select call from call_record")])
    phone = await cast.phone()
    call = await phone.call("114", caller=caller_id, headers={"P-Asserted-Identity": caller_id})
    person = Citizen(cast.hotline, phone, call)
    await person.hears("greeting_keys")
    await person.presses("3")
    await person.hears(level("daily")[0])
    await person.hangs_up()
    assert not is_silent(call.recording)
    found = await cast.hotline.row(
        "select * from call_record where call not in (select value from json_each(?))", known
    )
    return told(found)


async def a_withheld_number_is_asked_for_a_contact(cast: Cast) -> None:
    phone = await cast.phone()
    call = await phone.call("114", caller="<sip:anonymous@127.0.0.1>")
    person = Citizen(cast.hotline, phone, call)
    await person.chooses_water()
    await person.presses("2")
    await person.is_asked_to_speak()
    await person.says(cast.own_words()[0])
    await person.presses("#")
    await person.hears("message_review")
    await person.presses("1")
    await person.hears("ask_contact")
    await person.presses(f"{phone.owner.user}#")
    await person.hears("ticket_number_is")
    await person.hangs_up()
    assert (await cast.hotline.ticket(phone.owner.user))["line"] == WATER


async def whatever_is_dialled_is_taken(cast: Cast) -> None:
    phone = await cast.phone()
    person = Citizen(cast.hotline, phone, await phone.dial("12345"))
    await person.hears("wrong_number", "greeting_keys")
    await person.hangs_up()
    assert (await person.record())["outcome"] == "abandoned"


SCENES = (
    a_wrong_digit_is_told_and_two_reach_a_human,
    a_star_at_the_first_menu_says_it_again,
    a_hash_at_the_first_menu_is_no_choice,
    forty_keys_at_once_leave_the_caller_somewhere_sensible,
    silence_twice_reaches_a_human,
    a_withheld_number_is_asked_for_a_contact,
    whatever_is_dialled_is_taken,
)


@pytest.mark.parametrize("scene", SCENES, ids=name_of)
def test_scene(scene: Scene, outcomes: Outcomes) -> None:
    outcomes.of(scene)
