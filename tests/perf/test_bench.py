"""The benchmark measures what it says: run small, and fed with servers that misbehave."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from deploy.ports import unused
from routing.decide import Router
from routing.ids import TableVersion
from routing.learn import compile_router
from routing.load import load_table
from routing.table import publish

from . import agi_bench, micro_bench, route_bench
from .agi_load import NotLoopback, Plan, Switch, load
from .figures import Table, quantile
from .sip_words import Dialog, Voice, accept, read
from .switch_script import environment, twelve_commands, visitor

COMPARED = tuple(peer for peer in agi_bench.PEERS if peer.name in (agi_bench.OURS, agi_bench.BASE))


@contextlib.contextmanager
def server(*commands: bytes) -> Iterator[int]:
    """The port of one that sends each caller `commands` one by one, then closes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = listener.accept()
                with caller, contextlib.suppress(OSError):
                    caller.recv(4096)
                    for command in commands:
                        caller.sendall(command)
                        if not caller.recv(4096):
                            break

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def test_every_command_is_answered_and_timed():
    with server(b"ANSWER\n", b"HANGUP\n") as port:
        tally = load(Plan(port=port, calls=5, at_once=1, longest=60))
    assert (tally.ended, tally.commands, tally.failed) == (5, 10, 0)
    assert (len(tally.setups), len(tally.turns)) == (5, 5)


def test_calls_that_a_server_never_ends_are_failures_when_the_time_is_over():
    with server(b"NOOP\n" * 3) as port:
        plan = Plan(port=port, calls=2, at_once=2, longest=0.3, think={b"NOOP": 5.0})
        assert load(plan).unfinished == 2


def test_a_port_without_a_server_refuses_every_call():
    tally = load(Plan(port=unused(), calls=3, at_once=3, longest=60))
    assert (tally.refused, tally.ended) == (3, 0)


@pytest.mark.parametrize("notice", [False, True])
def test_callers_who_leave_are_counted_and_are_no_failures(notice):
    with server(*(b"NOOP\n" for _ in range(20))) as port:
        plan = Plan(port=port, calls=4, at_once=1, leaving=1.0, notice=notice, longest=60)
        tally = load(plan)
    assert (tally.left, tally.failed) == (4, 0)


def test_arrivals_keep_to_their_schedule():
    with server(b"HANGUP\n") as port:
        tally = load(Plan(port=port, calls=5, at_once=5, rate=20.0, longest=60))
    assert tally.ended == 5
    assert tally.seconds >= 4 / 20


def test_nothing_but_this_machine_is_called():
    with pytest.raises(NotLoopback):
        Switch(Plan(port=1, calls=1, at_once=1, host="192.0.2.1"))


def test_a_visitor_presses_a_key_only_when_a_key_is_waited_for():
    answer = visitor("3")()
    assert answer(b"WAIT FOR DIGIT 1") == b"200 result=0"
    assert answer(b"WAIT FOR DIGIT 6000") == b"200 result=51"
    assert answer(b"WAIT FOR DIGIT 6000") == b"200 result=0"
    assert answer(b"GET VARIABLE QUEUESTATUS") == b"200 result=1 (CONTINUE)"


def test_the_environment_ends_with_an_empty_line_and_tells_calls_apart():
    first, second = environment(1, "127.0.0.1", 4573), environment(2, "127.0.0.1", 4573)
    assert first.endswith(b"\n\n")
    assert first != second
    assert twelve_commands()(b"ANSWER") == b"200 result=0"


def test_servers_are_compared_in_one_table_a_number_of_callers(tmp_path):
    tables = agi_bench.compare(tmp_path, callers=(1, 10), calls=30, rounds=1, peers=COMPARED)
    assert [len(table.rows) for table in tables] == [2, 2]
    assert all(row[agi_bench.HEAD.index("failed")] == "0" for table in tables for row in table.rows)


def test_a_peer_that_is_not_installed_is_named_and_the_others_are_measured(tmp_path):
    peers = (*COMPARED, agi_bench.Peer("nobody", "nobody", "no_such_package"))
    (table,) = agi_bench.compare(tmp_path, callers=(5,), calls=10, rounds=1, peers=peers)
    assert len(table.rows) == 2
    assert "nobody" in table.notes[-1]


def test_every_step_of_a_decision_takes_some_time():
    assert all(float(row[1].replace(",", "")) > 0 for row in micro_bench.table(rounds=1).rows)


def test_ways_to_decide_are_compared_in_one_table(table_and_router):
    rows = route_bench.compared(*table_and_router, rounds=1).rows
    assert len(rows) >= 6
    assert all(float(row[1].replace(",", "")) > 0 for row in rows)


@pytest.fixture
def table_and_router():
    table = route_bench.small(load_table())
    snapshot = publish(table, TableVersion(1), datetime(2026, 11, 22, tzinfo=UTC))
    return table, Router.open(snapshot, compile_router(table))


def test_an_answer_of_the_switch_is_read_and_its_request_accepted():
    dialog = Dialog("c1", "13800000001", "127.0.0.3", 5000, 5002, "127.0.0.1:5060")
    assert b"INVITE sip:114@127.0.0.1:5060 SIP/2.0\r\n" in dialog.invite()
    answer = read(
        b"SIP/2.0 200 OK\r\nVia: x\r\nTo: <sip:114@h>;tag=1\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\n"
        b"Contact: <sip:h:5060>\r\n\r\nv=0\r\nm=audio 4000 RTP/AVP 8\r\n"
    )
    assert (answer.status, answer.method, answer.sound_port) == (200, "INVITE", 4000)
    assert dialog.bye(answer).startswith(b"BYE sip:h:5060 SIP/2.0\r\n")
    request = read(
        b"BYE sip:x SIP/2.0\r\nVia: y\r\nFrom: a\r\nTo: b\r\nCall-ID: c\r\nCSeq: 2 BYE\r\n"
    )
    assert accept(request).startswith(b"SIP/2.0 200 OK\r\nVia: y\r\n")


def test_a_key_is_one_event_whose_end_is_said_three_times():
    packets = list(Voice(7).key("3"))
    ends = [packet for packet in packets if packet[13] & 0x80]
    assert (len(packets), len(ends)) == (5, 3)
    assert {packet[12] for packet in packets} == {3}
    assert len({packet[4:8] for packet in packets}) == 1


def test_quantiles_are_samples_and_tables_are_markdown():
    assert quantile([1, 2, 3, 4], 0.5) == 3
    assert quantile([], 0.99) == 0
    lines = str(Table("t", ("a", "b"), (("x", "1"),))).splitlines()
    assert lines[2:5] == ["| a | b |", "| - | - |", "| x | 1 |"]
