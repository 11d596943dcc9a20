"""Quoted text comes back whole from a model of Asterisk's own parsers, or is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.wire.agi_commands import (
    MAX_COMMAND,
    CommandTooLong,
    execute,
    gosub,
    set_variable,
    stream_file,
    verbose,
    wait_for_digit,
)
from ivr.wire.quoting import (
    MAX_ARGUMENT,
    MAX_CALLER_NAME,
    Unquotable,
    agi_argument,
    application_argument,
    caller_name,
    variable_name,
)

hostile = st.text(
    alphabet=st.one_of(st.sampled_from("\"\\ \t,|&${}[]()'\r\n\0;a1"), st.characters())
)


def parse_args(line: str) -> list[str]:
    """How res_agi.c splits a command line."""
    found: list[list[str]] = []
    quoted = escaped = False
    between = True
    for char in line:
        if char == '"' and not escaped:
            quoted = not quoted
            if quoted and between:
                found.append([])
                between = False
        elif char in " \t" and not quoted and not escaped:
            between = True
        elif char == "\\" and not escaped:
            escaped = True
            continue
        else:
            if between:
                found.append([])
                between = False
            found[-1].append(char)
        escaped = False
    return ["".join(word) for word in found]


@given(hostile, hostile)
def test_text_comes_back_as_exactly_one_argument(first, second):
    try:
        line = f"SET VARIABLE {agi_argument(first)} {agi_argument(second)}"
    except Unquotable:
        assert any(char in first + second for char in "\r\n\0") or not (first + second).isascii()
    else:
        assert parse_args(line) == ["SET", "VARIABLE", first, second]


@given(hostile)
def test_a_command_is_always_one_line(text):
    try:
        line = set_variable("NOTE", text)
    except Unquotable:
        return
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert b"\r" not in line
    assert b"\0" not in line


@given(st.lists(hostile, min_size=1, max_size=4))
def test_application_arguments_stay_apart(arguments):
    try:
        line = execute("Queue", *arguments)
    except (Unquotable, CommandTooLong):
        return
    verb, application, joined = parse_args(line.decode().rstrip("\n"))
    assert (verb, application) == ("EXEC", "Queue")
    assert joined.split(",") == arguments


@pytest.mark.parametrize("bad", ['a"b', "a\\b", "a,b", "a|b", "a&b", "${EXTEN}", "$[1+1]", "a\nb"])
def test_an_application_argument_with_a_meaning_is_refused(bad):
    with pytest.raises(Unquotable):
        application_argument(bad)


@pytest.mark.parametrize("breaks", ["a\nb", "a\rb", "a\0b", "\ud800"])
def test_what_no_quoting_can_carry_is_refused(breaks):
    with pytest.raises(Unquotable):
        agi_argument(breaks)


def test_the_longest_argument_still_fits_an_old_command_buffer():
    assert len(set_variable("NOTE", "x" * MAX_ARGUMENT)) <= MAX_COMMAND
    with pytest.raises(Unquotable):
        agi_argument("x" * (MAX_ARGUMENT + 1))
    with pytest.raises(Unquotable):
        agi_argument("中" * (MAX_ARGUMENT // 3 + 1))


def test_a_command_that_an_old_asterisk_would_read_as_two_is_refused():
    with pytest.raises(CommandTooLong):
        set_variable("NOTE", '"' * MAX_ARGUMENT)


@pytest.mark.parametrize("name", ["", "1A", "A B", "A}", "CALLERID(name", "A(b)c", "A($B)", "x\n"])
def test_no_variable_is_named_like_this(name):
    with pytest.raises(Unquotable):
        variable_name(name)


@pytest.mark.parametrize("name", ["A", "__HOTLINE", "CALLERID(name)", "CHANNEL(rtp,dest)"])
def test_variables_and_plain_functions_are_names(name):
    assert variable_name(name) == name


@given(st.text())
def test_a_caller_name_is_short_and_plain(text):
    shown = caller_name(text)
    assert len(shown) <= MAX_CALLER_NAME
    assert not any(ord(char) < 32 or ord(char) == 127 for char in shown)


def test_commands_read_as_asterisk_documents_them():
    assert stream_file("hotline/greeting") == b'STREAM FILE "hotline/greeting" "0123456789*#"\n'
    assert wait_for_digit(0) == b"WAIT FOR DIGIT 1\n"
    assert verbose("hi") == b'VERBOSE "hi" 3\n'
    assert gosub("out", "s", "12", "25") == b'GOSUB "out" "s" 1 "12,25"\n'
    assert gosub("out", "s") == b'GOSUB "out" "s" 1\n'
