"""Real transcripts, captured from Asterisk 22 with SIP callers.

``.agi``: one line each, "A " said by Asterisk and "S " by the server. ``.ami`` and
``.audiosocket``: Asterisk's bytes.
"""

from collections import Counter
from pathlib import Path

import pytest

from ivr.wire import agi, ami, audiosocket

CORPUS = Path(__file__).with_name("corpus")
CALLS = sorted(CORPUS.glob("*.agi"))
SESSIONS = sorted(CORPUS.glob("*.ami"))


def named(path):
    return path.name


def said(path, who):
    lines = path.read_bytes().splitlines(keepends=True)
    return b"".join(line[2:] for line in lines if line.startswith(who))


def whole(decoder, data):
    return list(decoder.feed(data))


def byte_by_byte(decoder, data):
    pieces = (data[place : place + 1] for place in range(len(data)))
    return [message for piece in pieces for message in decoder.feed(piece)]


def call(name):
    environment, *messages = whole(agi.Decoder(), said(CORPUS / f"{name}.agi", b"A "))
    commands = said(CORPUS / f"{name}.agi", b"S ").decode().splitlines()
    replies = [message for message in messages if isinstance(message, agi.Reply)]
    return environment, list(zip(commands, replies, strict=True)), messages


def test_the_corpus_is_there():
    assert len(CALLS) >= 7
    assert len(SESSIONS) >= 2


@pytest.mark.parametrize("path", CALLS, ids=named)
def test_each_command_has_its_reply(path):
    environment, turns, _ = call(path.stem)
    assert environment.get("callerid") == "13900139000"
    assert turns[0] == ("ANSWER", agi.Reply(200, "0"))


@pytest.mark.parametrize("path", CALLS, ids=named)
def test_a_call_reads_the_same_byte_by_byte(path):
    data = said(path, b"A ")
    assert byte_by_byte(agi.Decoder(), data) == whole(agi.Decoder(), data)


def test_a_name_arrives_as_the_telephone_sent_it():
    assert call("keys")[0].get("calleridname") == 'Li \\"Si\\" 李四'


def test_a_value_comes_back_as_it_was_set():
    _, turns, _ = call("values")
    replies = dict(turns)
    expected = 'quote " slash \\ comma , ${EXTEN} (a) endpos=5 中文'
    assert replies["GET VARIABLE NOTE"].data == expected
    assert replies["GET VARIABLE NOSUCH"] == agi.Reply(200, "0")
    assert replies["GET VARIABLE EMPTY"] == agi.Reply(200, "1", "")


def test_refusals_are_told_apart():
    _, turns, _ = call("values")
    replies = dict(turns)
    assert replies["NOSUCH COMMAND"].code == 510
    assert replies["STREAM FILE"].code == 520
    assert "<value>FAILED</value>" in replies["STREAM FILE"].text
    assert replies['EXEC NoSuchApp "x"'].result == "-2"
    assert replies["GET DATA beep 1000 2"] == agi.Reply(200, "", "timeout")
    assert replies['GOSUB "nosuch" "s" 1'] == agi.Reply(200, "-1", text="Gosub label not found")


def test_recordings_end_in_four_ways():
    ends = [reply for command, reply in call("record")[1] if command.startswith("RECORD")]
    assert [reply.data for reply in ends] == ["timeout", "timeout", "timeout", "dtmf"]
    assert ends[1].endpos == 8160  # nothing but silence: Asterisk keeps one second of it
    assert call("cut")[1][-1][1].data == "hangup"


def test_a_hangup_line_comes_between_command_and_reply():
    _, _, messages = call("hangup-line")
    assert messages[-2] == agi.HangupNotice()
    assert messages[-1].code == 511


def test_a_subroutine_announces_itself_first():
    messages = call("dial")[2]
    assert agi.Trying("result=0 Trying...") in messages
    assert agi.Reply(200, "0", text="Gosub complete") in messages


@pytest.mark.parametrize("path", SESSIONS, ids=named)
def test_a_session_reads_the_same_byte_by_byte(path):
    data = path.read_bytes()
    messages = whole(ami.Decoder(), data)
    assert byte_by_byte(ami.Decoder(), data) == messages
    assert all(key for message in messages[1:] for key, _ in message.fields)


def test_answers_belong_to_their_actions():
    messages = whole(ami.Decoder(), (CORPUS / "answers.ami").read_bytes())
    answers = {m.action_id: m for m in messages if isinstance(m, ami.Response)}
    assert answers["5"].starts_list
    assert any("System uptime" in line for line in answers["7"].output)
    assert answers["8"].message.startswith("Invalid/unknown command")
    assert not answers["9"].succeeded
    assert answers["10"].get("Ping") == "Pong"
    ends = [m.name for m in messages if isinstance(m, ami.Event) and m.ends_list]
    assert ends == ["QueueStatusComplete", "CoreShowChannelsComplete"]


def test_a_queue_call_tells_its_story():
    messages = whole(ami.Decoder(), (CORPUS / "queue-call.ami").read_bytes())
    events = Counter(message.name for message in messages if isinstance(message, ami.Event))
    for name in ("Newchannel", "QueueCallerJoin", "AgentCalled", "AgentConnect", "AgentComplete"):
        assert events[name] >= 1


STREAMS = {"keys": ["5", "#"], "hang-up": []}


@pytest.mark.parametrize("name", STREAMS)
def test_the_sound_of_a_call_is_named_first_and_then_frames_and_keys(name):
    data = (CORPUS / f"{name}.audiosocket").read_bytes()
    who, *messages = whole(audiosocket.Decoder(), data)
    assert isinstance(who, audiosocket.Identity)
    assert byte_by_byte(audiosocket.Decoder(), data) == [who, *messages]
    keys = [message.key for message in messages if isinstance(message, audiosocket.Key)]
    frames = [message for message in messages if isinstance(message, audiosocket.Sound)]
    assert keys == STREAMS[name]
    assert len(keys) + len(frames) == len(messages)  # and no word of an end, whoever ends it
    assert {len(frame.samples) for frame in frames} == {audiosocket.FRAME}
