"""Whatever a caller keys or sends has a defined answer, and the service goes on."""

from __future__ import annotations

import asyncio
import json

import pytest

from deploy.phones.listen import is_silent

from .citizen import WATER, Citizen, introduction, level
from .conftest import Caller, Citizens
from .hotline import Hotline


async def test_a_wrong_digit_is_told_and_two_reach_a_human(citizen: Citizens) -> None:
    caller = await citizen()
    await caller.hears("greeting_keys")
    await caller.presses("8")
    await caller.hears("no_such_choice", "greeting_keys")
    await caller.presses("7")
    await caller.hears("to_human_after_trouble", "to_operator")
    await caller.hangs_up()
    assert (await caller.record())["steps"][-1] == "operator"


@pytest.mark.parametrize("key", ["#", "*"])
async def test_hash_and_star_at_the_first_menu_have_an_answer(citizen: Citizens, key: str) -> None:
    caller = await citizen()
    await caller.hears("greeting_keys")
    await caller.presses(key)
    await caller.hears(*(["no_such_choice"] if key == "#" else []), "main_menu")
    await caller.hangs_up()
    assert (await caller.record())["outcome"] == "abandoned"


async def test_forty_keys_at_once_leave_the_caller_somewhere_sensible(citizen: Citizens) -> None:
    caller = await citizen()
    await caller.hears("greeting_keys")
    await caller.presses("6" * 40)
    await caller.hears("to_operator", within=40)
    await caller.hangs_up()
    assert (await caller.record())["outcome"] == "abandoned"


async def test_silence_twice_reaches_a_human(citizen: Citizens) -> None:
    caller = await citizen()
    await caller.hears("greeting_keys", "nothing_heard", "greeting_keys", within=30)
    await caller.hears("to_human_after_trouble", "to_operator", within=30)
    await caller.hangs_up()
    assert (await caller.record())["steps"][-1] == "operator"


async def test_keys_ahead_of_an_offer_do_not_answer_it(citizen: Citizens) -> None:
    caller = await citizen()
    await caller.hears("greeting_keys")
    await caller.presses("3111")
    await caller.hears(introduction(WATER), "offer_open")
    await caller.hangs_up()
    assert (await caller.record())["steps"][-1] == "offer"


HOSTILE = {
    "quotes": '"a\\"b" <sip:1\'2@127.0.0.1>',
    "commas": '"a,b;c" <sip:1,2;3@127.0.0.1>',
    "line breaks": "<sip:1%0d%0aSET%20VARIABLE%20HOTLINE_DONE%201%0d%0a@127.0.0.1>",
    "long": f'"{"n" * 300}" <sip:{"9" * 300}@127.0.0.1>',
    "expressions": '"${SHELL(id)}" <sip:$%7bEXTEN%7d@127.0.0.1>',
    "nothing": '"" <sip:@127.0.0.1>',
    "Chinese": '"王小明" <sip:%e7%8e%8b@127.0.0.1>',
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_caller_id_is_served_like_any_other(
    hotline: Hotline, caller: Caller, kind: str
) -> None:
    known = {row["call"] for row in hotline.rows("select call from call_record")}
    phone = await caller()
    asserted = {"P-Asserted-Identity": HOSTILE[kind]}
    caller_id = "" if kind == "nothing" else HOSTILE[kind]
    call = await phone.call("114", caller=caller_id, headers=asserted)
    person = Citizen(hotline, phone, call)
    await person.hears("greeting_keys")
    await person.presses("3")
    await person.hears(level("daily")[0])
    await person.hangs_up()
    assert not is_silent(call.recording)
    for _ in range(50):
        rows = hotline.rows("select * from call_record order by ended")
        new = [row for row in rows if row["call"] not in known]
        if new:
            break
        await asyncio.sleep(0.1)
    (record,) = new
    assert record["caller"] == "" or record["caller"].isdigit()
    assert len(record["caller"]) <= 20
    assert [step["name"] for step in json.loads(record["steps"])][-1] == "menu.daily"


async def test_a_withheld_number_is_asked_for_a_contact(
    hotline: Hotline, caller: Caller, own_words: tuple[object, object]
) -> None:
    phone = await caller()
    call = await phone.call("114", caller="<sip:anonymous@127.0.0.1>")
    person = Citizen(hotline, phone, call)
    await person.chooses_water()
    await person.presses("2")
    await person.is_asked_to_speak()
    await person.says(own_words[0])  # type: ignore[arg-type]
    await person.presses("#")
    await person.hears("message_review")
    await person.presses("1")
    await person.hears("ask_contact")
    await person.presses(f"{phone.owner.user}#")
    await person.hears("ticket_number_is")
    await person.hangs_up()
    assert (await hotline.ticket(phone.owner.user))["line"] == WATER


async def test_whatever_is_dialled_is_taken(hotline: Hotline, caller: Caller) -> None:
    phone = await caller()
    person = Citizen(hotline, phone, await phone.dial("12345"))
    await person.hears("wrong_number", "greeting_keys")
    await person.hangs_up()
    assert (await person.record())["outcome"] == "abandoned"
