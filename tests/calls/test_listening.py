"""What `Call.listen` promises, over the calls that need no switch."""

import pytest

from ivr.calls.scripted import ScriptedCall
from ivr.calls.terminal import TerminalCall
from ivr.kernel.heard import NOTHING, Choice, Hints
from ivr.kernel.ids import CallId, PhoneNumber
from ivr.kernel.sound import Sound
from ivr.telephony.call import CallFacts, Digits, Utterance

FACTS = CallFacts(CallId("1.1"), PhoneNumber("13800000000"))
GREETING = Sound("greeting", "您好。")
HELP = Sound("help", "请说。")
YES = Hints((Choice("yes", ("是", "对")),))


def scripted(*acts):
    return ScriptedCall(FACTS, acts, hears=True)


@pytest.mark.parametrize(
    ("act", "answer"),
    [
        ("3", Digits("3")),
        ("-", Digits("")),
        ("!5", Digits("5")),
        ('""', NOTHING),
    ],
)
async def test_a_script_answers_with_keys_silence_or_noise(act, answer):
    assert await scripted(act).listen(GREETING) == answer


async def test_a_script_says_words_and_the_expected_answer_is_named():
    call = scripted('"对"', '!"暖气不热"')
    assert (await call.listen(GREETING, HELP, expecting=YES)).choice == "yes"
    said = await call.listen(GREETING, HELP)
    assert isinstance(said, Utterance)
    assert (said.text, said.choice) == ("暖气不热", "")
    assert call.finish() == ("  您好。请说。", '> "对"', "  您好。", '> !"暖气不热"')


async def test_keys_begun_while_listening_are_collected_like_any_others():
    call = scripted("12", "3#")
    assert await call.listen(GREETING, at_most=8) == Digits("123", ended=True)


async def test_where_nobody_hears_the_question_is_asked_again_and_stays_with_keys():
    call = scripted("deaf", "1", "2")
    assert await call.listen(GREETING) == Digits("1")
    assert not call.hears
    assert await call.listen(HELP) == Digits("2")
    assert call.finish() == ("  您好。", "> deaf", "  您好。", "> 1", "  请说。", "> 2")


@pytest.mark.parametrize(("typed", "answer"), [("12", Digits("1")), ("", Digits(""))])
async def test_on_a_terminal_keys_are_keys_and_nothing_is_silence(typed, answer):
    assert await TerminalCall(FACTS, lambda _: typed, lambda _: None).listen(GREETING) == answer


async def test_on_a_terminal_typed_words_were_said():
    shown = []
    call = TerminalCall(FACTS, lambda _: "是", shown.append)
    assert (await call.listen(GREETING, expecting=YES)).choice == "yes"
    assert shown == ["  ♪ 您好。"]
