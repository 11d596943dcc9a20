"""A visitor who writes: lines as keys and as words, the message, the way out."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.calls.chat import LONGEST_LINE, ChatCall
from ivr.calls.chat_screen import Who
from ivr.kernel.heard import Hints
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.units import seconds
from ivr.speech import answers
from ivr.telephony.call import (
    CallerGone,
    CallFacts,
    DialEnd,
    Digits,
    QueueEnd,
    RecordingEnd,
    Utterance,
)
from prompts.catalogue import PROMPTS

RING = {"ring": seconds(25), "shown": ""}
HINTS = answers.expecting(answers.yes_no())


def chat(*lines, idle=5):
    call = ChatCall(
        CallFacts(CallId("chat-1"), PhoneNumber("")),
        lambda number: (f"电话：{number}",),
        idle=seconds(idle),
    )
    for line in lines:
        call.line_came(line)
    return call


def texts(call, who=Who.HOTLINE):
    return [each.text for each in call.screen.paragraphs if each.who is who]


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("1", "1"),
        ("１", "1"),
        ("人工", "0"),
        ("转人工。", "0"),
        ("返回", "*"),
        ("3 1", "3"),
        ("", ""),
    ],
)
async def test_what_counts_as_a_key(line, keys):
    assert await chat(line).listen(PROMPTS.confirm, expecting=HINTS) == Digits(keys)


@pytest.mark.parametrize("line", ["是的", "是的。", "好的！"])
async def test_an_expected_answer_is_taken_with_its_full_stop(line):
    reply = await chat(line).listen(PROMPTS.confirm, expecting=HINTS)
    assert isinstance(reply, Utterance)
    assert reply.choice == answers.YES


@pytest.mark.parametrize("line", ["我家暖气不热", "120", "13812345678", "幸福小区3号楼"])
async def test_the_rest_is_an_utterance(line):
    """An emergency number is no key of a menu, nor is a telephone number."""
    reply = await chat(line).listen(PROMPTS.main_menu_or_say, expecting=Hints())
    assert isinstance(reply, Utterance)
    assert reply.text == line


async def test_the_label_of_an_option_is_its_key():
    call = chat("重新写")
    assert await call.ask(PROMPTS.message_review) == Digits("3")
    assert texts(call, Who.VISITOR) == ["重新写"]


async def test_a_touched_option_shows_its_label_and_not_its_key():
    call = chat("3")
    await call.ask(PROMPTS.message_review)
    assert texts(call, Who.VISITOR) == ["重新写"]


async def test_words_where_only_keys_help_are_asked_about_again():
    """Nobody submits a message because its text holds the figure of an option."""
    call = chat("我家在1号楼", "1")
    assert await call.ask(PROMPTS.message_review) == Digits("1")
    assert "这里请选择下面的一项，或者写数字。" in texts(call)


async def test_what_can_be_chosen_stays_below_the_words_that_say_so():
    call = chat("我家在1号楼")
    asking = asyncio.create_task(call.ask(PROMPTS.message_review))
    while "这里请选择下面的一项，或者写数字。" not in texts(call):  # noqa: ASYNC110 - no event
        await asyncio.sleep(0)
    assert [each.key for each in call.screen.options] == ["1", "2", "3", "0"]
    asking.cancel()


@pytest.mark.parametrize("line", ["13812345678", "138 1234 5678", "我的手机是13812345678，谢谢"])
async def test_a_telephone_number_is_found_in_a_sentence(line):
    assert (await chat(line).ask(PROMPTS.ask_contact, at_most=12)).keys == "13812345678"


async def test_a_message_is_the_line_as_it_was_written():
    message = await chat("新华街的路灯\n三天不亮了").record("x", at_most=seconds(120))
    assert (message.words, message.path, message.is_empty) == (
        "新华街的路灯\n三天不亮了",
        "",
        False,
    )


@pytest.mark.parametrize(("line", "key"), [("", ""), ("0", "0"), ("人工", "0"), ("2", "2")])
async def test_a_key_is_no_message(line, key):
    message = await chat(line).record("x", at_most=seconds(120))
    assert (message.is_empty, message.key) == (True, key)


async def test_leaving_while_writing_the_message_is_a_hang_up():
    call = chat()
    call.leave()
    message = await call.record("x", at_most=seconds(120))
    assert (message.end, message.is_empty) == (RecordingEnd.HANGUP, True)
    with pytest.raises(CallerGone):
        await call.say(PROMPTS.message_again)


async def test_connecting_shows_whom_to_turn_to_and_asks_again():
    call = chat()
    result = await call.dial(PhoneNumber("04732990055"), **RING)
    assert result.end is DialEnd.DECLINED
    assert texts(call) == ["电话：04732990055"]


@pytest.mark.parametrize("number", ["110", "119", "120", "122"])
async def test_danger_shows_the_short_message_number_and_who_to_ring(number):
    call = chat()
    result = await call.dial(PhoneNumber(number), **RING)
    alarm = texts(call, Who.ALARM)
    assert result.end is not DialEnd.ANSWERED
    assert "12110" in alarm[0]
    assert number in alarm[1]


async def test_nobody_sits_in_writing():
    result = await chat().queue("hotline", at_most=seconds(90), shown="")
    assert result.end is QueueEnd.NO_OPERATORS


async def test_a_visitor_who_writes_nothing_for_long_has_gone():
    call = chat(idle=0)
    with pytest.raises(CallerGone):
        await call.ask(PROMPTS.message_review)
    assert (call.alive, texts(call)[-1]) == (False, "很久没有收到文字，这次对话结束了。")


async def test_the_page_learns_when_the_flow_waits_again():
    call = chat()
    asking = asyncio.create_task(call.ask(PROMPTS.message_review))
    await call.answered(seconds(5))
    assert [each.key for each in call.screen.options] == ["1", "2", "3", "0"]
    call.line_came("1")
    assert await asking == Digits("1")


@given(st.text(max_size=3 * LONGEST_LINE))
def test_whatever_is_written_is_an_answer(line):
    """Hostile text is kept as text, bounded, and never an error."""

    async def write():
        call = chat(line, "1")
        await call.listen(PROMPTS.confirm, expecting=HINTS)
        return call

    call = asyncio.run(write())
    assert all(len(each.text) <= LONGEST_LINE for each in call.screen.paragraphs)
