"""A log that is full, closed or stuck never holds up or breaks whoever writes to it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from ivr.kernel.log_writer import LogWriter


@pytest.fixture
def pipe():
    there, here = os.pipe()
    yield there, here
    for end in (there, here):
        try:
            os.close(end)
        except OSError:
            continue


def test_lines_arrive_whole_and_in_order(pipe):
    there, here = pipe
    writer = LogWriter(here)
    for count in range(100):
        writer.write(f"line {count}\n")
    assert writer.drain(60)
    assert os.read(there, 65536).decode().splitlines() == [f"line {n}" for n in range(100)]
    assert writer.lost == 0


def test_a_reader_that_stands_still_costs_the_oldest_lines_and_no_time(pipe):
    there, here = pipe
    writer = LogWriter(here, backlog=10)
    for count in range(1_000):
        writer.write(f"{count} {'x' * 1_000}\n")  # far more than a pipe holds
    assert writer.lost > 0
    assert not writer.drain(0.01)
    read = b""
    while b"999 x" not in read:
        read += os.read(there, 65536)
    kept = [int(line.split()[0]) for line in read.decode().splitlines() if "x" in line]
    assert kept == sorted(kept)


def test_a_full_disk_is_counted_and_never_raised():
    with Path("/dev/full").open("wb", buffering=0) as full:
        writer = LogWriter(full.fileno())
        writer.write("nobody will read this\n")
        assert writer.drain(60)
        assert writer.lost == 1


def test_a_closed_pipe_is_counted_and_never_raised(pipe):
    there, here = pipe
    os.close(there)
    writer = LogWriter(here)
    writer.write("nobody listens\n")
    assert writer.drain(60)
    assert writer.lost == 1


SPEAKER = """
import logging
from ivr.kernel.log import configure, logger
configure("info")
for count in range(int(%d)):
    logger().info("said", count=count, padding="x" * 1000)
logging.getLogger("library").error("said by a library")
"""


def run(lines, stdout):
    return subprocess.Popen(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-c", SPEAKER % lines], stdout=stdout, stderr=subprocess.PIPE
    )


def test_a_process_says_its_last_words_before_it_ends():
    said, _ = run(20, subprocess.PIPE).communicate(timeout=120)
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line.get("count") for line in lines] == [*range(20), None]
    assert lines[-1]["event"] == "said by a library"


def test_a_process_whose_log_nobody_reads_ends_all_the_same():
    process = run(2_000, subprocess.PIPE)
    assert process.wait(120) == 0
    process.stdout.close()
    process.stderr.close()


def test_a_process_whose_log_is_full_ends_well():
    with Path("/dev/full").open("wb") as full:
        process = run(5, full)
        _, complaints = process.communicate(timeout=120)
    assert (process.returncode, complaints) == (0, b"")


def test_configuring_again_replaces_the_handlers():
    """Two services in one process, as in tests, do not write everything twice."""
    code = "from ivr.kernel.log import configure; import logging\n"
    code += "configure('info'); configure('info'); logging.getLogger('x').error('once')"
    said = subprocess.run(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-c", code], capture_output=True, timeout=120, check=True
    )
    assert said.stdout.count(b"once") == 1
    assert logging.getLogger("x").handlers == []


def test_a_test_hears_what_is_said_straight_to_the_writer():
    code = """
from structlog.testing import capture_logs
from ivr.kernel.log import configure, logger
configure("warning")
with capture_logs() as heard:
    logger().info("not said")
    logger().warning("%d left", 3, of=4)
    logger().bind(part="ear").error("deaf")
assert [(each["event"], each["log_level"]) for each in heard] == [
    ("3 left", "warning"), ("deaf", "error")
], heard
assert (heard[0]["of"], heard[1]["part"]) == (4, "ear")
logger().error("said")
"""
    said = subprocess.run(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-c", code], capture_output=True, timeout=60, check=True
    )
    assert [json.loads(line)["event"] for line in said.stdout.splitlines()] == ["said"]


def test_a_line_says_when_how_grave_and_why():
    code = """
import logging
from ivr.kernel.log import configure, logger
configure("info")
logger().debug("not said")
logger(part="ear").info("heard", call="17.1", odd={1, 2}.__class__, words="\u4f9b\u6c34")
try:
    1 / 0
except ZeroDivisionError as fault:
    logger().error("flow failed", exc_info=fault)
logging.getLogger("library").warning("%d left", 3)
"""
    said = subprocess.run(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-c", code], capture_output=True, timeout=120, check=True
    )
    heard, failed, library = (json.loads(line) for line in said.stdout.splitlines())
    assert (heard["part"], heard["call"], heard["odd"]) == ("ear", "17.1", "<class 'set'>")
    assert (heard["event"], heard["level"], heard["words"]) == ("heard", "info", "\u4f9b\u6c34")
    assert datetime.fromisoformat(heard["timestamp"])
    assert (failed["level"], "ZeroDivisionError" in failed["exception"]) == ("error", True)
    assert (library["level"], library["event"]) == ("warning", "3 left")
