"""The AGI codec: the grammar, its limits, and that chunks never show."""

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.wire.agi import (
    MAX_ENVIRONMENT,
    MAX_REPLY_LINE,
    Decoder,
    Environment,
    HangupNotice,
    MalformedAgi,
    Reply,
    Trying,
    parse_reply,
)


def all_of(chunks, *, environment=False):
    """Every message of the chunks, and whether they ended in an error."""
    decoder = Decoder(environment=environment)
    found = []
    try:
        for chunk in chunks:
            found.extend(decoder.feed(chunk))
    except MalformedAgi as error:
        return [*found, *error.before], True
    return found, False


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"200 result=0", Reply(200, "0")),
        (b"200 result=-1", Reply(200, "-1")),
        (b"200 result=", Reply(200, "")),
        (b"200 result= (timeout)", Reply(200, "", "timeout")),
        (b"200 result=#", Reply(200, "#")),
        (b"200 result=12*4", Reply(200, "12*4")),
        (b"200 result=1 (PJSIP/op1001)", Reply(200, "1", "PJSIP/op1001")),
        (b"200 result=1 ()", Reply(200, "1", "")),
        (b"200 result=1 (a) endpos=5)", Reply(200, "1", "a) endpos=5")),
        (b"200 result=0 endpos=6240", Reply(200, "0", None, 6240)),
        (b"200 result=53 (dtmf) endpos=8000", Reply(200, "53", "dtmf", 8000)),
        (b"200 result=53 (dtmf) endpos=-20", Reply(200, "53", "dtmf", -20)),  # on a full disk
        (b"200 result=0 Gosub complete", Reply(200, "0", text="Gosub complete")),
        (b"510 Invalid or unknown command", Reply(510, text="Invalid or unknown command")),
        (b"511 Command Not Permitted", Reply(511, text="Command Not Permitted")),
        (b"503 result=-2 Gosub is not loaded", Reply(503, "-2", text="Gosub is not loaded")),
        (b"520 Invalid command syntax.", Reply(520, text="Invalid command syntax.")),
        (b"100 result=0 Trying...", Trying("result=0 Trying...")),
        ("200 result=1 (\u4f60\u597d)".encode("gbk"), Reply(200, "1", "\ufffd\ufffd\ufffd")),
    ],
)
def test_a_reply_reads_as_asterisk_meant_it(line, reply):
    assert parse_reply(line) == reply


@pytest.mark.parametrize(
    "line",
    [b"", b"2", b"200", b"200 ", b"200 resu", b"200 result=1 (cut", b"20x result=0", b"hello",
     b"200 result=0 endpos=abc", b"200 result=0 endpos=--1", b"-00 result=0", b"result=0"],
)  # fmt: skip
def test_a_cut_or_foreign_line_has_a_named_error(line):
    with pytest.raises(MalformedAgi):
        parse_reply(line)


def test_a_usage_text_of_many_lines_is_one_reply():
    lines = b"520-Invalid command syntax.  Proper usage follows:\nUsage: ANSWER\n 200 result=1\n"
    found, broken = all_of([lines, b"520 End of proper usage.\n200 result=0\n"])
    assert [message.code for message in found] == [520, 200]
    assert "Usage: ANSWER" in found[0].text
    assert not broken


def test_a_hangup_between_command_and_reply_is_told_apart():
    found, _ = all_of([b"HANGUP\n200 result=-1\n"])
    assert found == [HangupNotice(), Reply(200, "-1")]


def test_the_environment_is_read_to_its_empty_line():
    block = b"agi_network: yes\nagi_calleridname: a: b\nagi_accountcode: \n\n200 result=0\n"
    found, _ = all_of([block], environment=True)
    values = {"network": "yes", "calleridname": "a: b", "accountcode": ""}
    assert found[0] == Environment.of(values)
    assert [found[0].get(name) for name in ("calleridname", "accountcode", "dnid")] == [
        "a: b",
        "",
        "",
    ]
    assert found[1] == Reply(200, "0")


def test_a_name_in_another_encoding_does_not_cost_the_call():
    block = "agi_calleridname: \u5f20\u4e09\nagi_uniqueid: 1.2\n\n".encode("gbk")
    found, broken = all_of([block], environment=True)
    assert not broken
    assert found[0].get("uniqueid") == "1.2"


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\n\n",
        b"agi_network yes\n\n",
        b"agi_callerid: \0\n\n",
        b"agi_x: " + b"y" * MAX_ENVIRONMENT + b"\n\n",
        b"y" * (1 << 20),
        b"".join(b"agi_arg_%d: x\n" % number for number in range(400)) + b"\n",
    ],
)
def test_an_environment_beyond_its_bounds_has_a_named_error(data):
    assert all_of([data], environment=True) == ([], True)


@pytest.mark.parametrize(
    "data", [b"x" * (1 << 20), b"200 result=1 (\0)\n", b"520-" + b"u\n" * 40000]
)
def test_a_reply_beyond_its_bounds_has_a_named_error(data):
    assert all_of([data]) == ([], True)


def test_after_an_error_nothing_is_believed():
    decoder = Decoder(environment=False)
    for data in (b"nonsense\n", b"200 result=0\n"):
        with pytest.raises(MalformedAgi):
            decoder.feed(data)


def test_a_long_value_within_the_limit_is_a_value():
    found, broken = all_of([b"200 result=1 (" + b"v" * (MAX_REPLY_LINE - 100) + b")\n"])
    assert not broken
    assert len(found[0].data) == MAX_REPLY_LINE - 100


lines = st.sampled_from(
    [b"200 result=0\n", b"HANGUP\n", b"200 result=1 (x) endpos=5\n", b"520-Usage\n", b"520 End\n",
     b"200 result=1 (a) b)\n", b"200 result=0 endpos=160\n", b"200 result=0 endpos=-1\n",
     b"100 result=0 Trying...\n", b"511 Dead\n", b"\n", b"agi_a: b\n", b"junk", b"\0", b"200 resu"]
)  # fmt: skip
streams = st.lists(lines | st.binary(max_size=12), max_size=12).map(b"".join)


def cut(data, places):
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in itertools.pairwise(edges)]


@given(st.lists(lines | st.binary(max_size=12), max_size=3).map(b"".join))
def test_what_is_taken_for_a_lone_reply_is_read_as_by_feeding_it(data):
    alone = Decoder(environment=False).lone(data)
    if alone is not None:
        assert [alone] == all_of(data[at : at + 1] for at in range(len(data)))[0]


def test_a_lone_reply_is_not_looked_for_amid_another():
    decoder = Decoder(environment=False)
    assert decoder.lone(b"200 result=1 (x)\n") == Reply(200, "1", "x")
    decoder.feed(b"200 result=1 (cut ")
    assert decoder.lone(b"200 result=1 (x)\n") is None


# Of Asterisk 22, in its order.
CAPTURED = Path(__file__).with_name("corpus").joinpath("cut.agi").read_text("utf-8")
NAMES = re.findall(r"^A agi_(\w+):", CAPTURED, re.MULTILINE)
hostile = st.binary(max_size=6) | st.sampled_from([b"", b"\nagi_dnid: 2", b"\n\n", b"\n", b"\0"])


@given(st.lists(hostile, min_size=len(NAMES), max_size=len(NAMES)), st.integers(min_value=0))
def test_the_usual_environment_says_what_its_lines_say(values, place):
    """Asterisk's own order is read by a shorter road: to the same words, and the same refusals."""
    lines = [b"agi_%b: %b\n" % (n.encode(), v) for n, v in zip(NAMES, values, strict=True)]
    usual = b"".join([*lines, b"\n"])
    read, refused = all_of([usual], environment=True)
    assert (read, refused) == all_of(cut(usual, [place]), environment=True)
    if any(b"\n" in value for value in values):
        return
    other, also_refused = all_of([b"".join([*lines[1:], lines[0], b"\n"])], environment=True)
    assert refused == also_refused
    for name, value in zip(NAMES, values, strict=True):
        assert refused or read[0].get(name) == other[0].get(name) == value.decode(
            "utf-8", "replace"
        )


@given(streams, st.lists(st.integers(min_value=0), max_size=30), st.booleans())
def test_chunks_never_show(data, places, environment):
    assert all_of(cut(data, places), environment=environment) == all_of(
        [data], environment=environment
    )


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_raise_anything_but_the_named_error(data, environment):
    found, _ = all_of([data], environment=environment)
    assert all(isinstance(m, Environment | Reply | Trying | HangupNotice) for m in found)
