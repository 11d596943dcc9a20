"""`make run` as a program sees it from outside, with a stand-in for the service."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from attrs import frozen

from deploy.asterisk_process import AsteriskProcess
from deploy.layout import Layout, find_asterisk
from deploy.ports import is_free
from tests.alive import alive

pytestmark = [pytest.mark.e2e]
STANDIN = Path(__file__).with_name("standin.py")
CHECKOUT = STANDIN.parent.parent.parent


@frozen
class Running:
    process: subprocess.Popen[bytes]
    home: Path

    @property
    def facts_file(self) -> Path:
        return self.home / "run.json"

    @property
    def facts(self) -> dict:
        return json.loads(self.facts_file.read_text())

    @property
    def said(self) -> str:
        return (self.home.parent / "said").read_text()


def start(home: Path, *words: str) -> Running:
    known = {name: v for name, v in os.environ.items() if not name.startswith("HOTLINE_")}
    ports = {"AGI__PORT": 7573, "AMI__PORT": 7538, "WEB__PORT": 7514}
    ports |= {"SWITCH__SIP_PORT": 7560, "SWITCH__EXCHANGE_PORT": 7590}
    known |= {f"HOTLINE_{name}": str(port) for name, port in ports.items()}
    known |= {"HOTLINE_HOME": str(home), "PYTHONPATH": str(CHECKOUT)}
    known |= {"HOTLINE_SPEECH__ENGINE": "off"}  # a stand-in never says that its recogniser is warm
    with (home.parent / "said").open("ab") as said:
        process = subprocess.Popen(  # noqa: S603  # words of ours
            [sys.executable, str(STANDIN), *words],
            env=known,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(process, home)


def until(true: Callable[[], object], within: float = 90.0) -> None:
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    site = start(tmp_path / "var")
    try:
        until(lambda: site.facts_file.exists() or site.process.poll() is not None, 90)
        assert site.process.poll() is None, site.said
        yield site
    finally:
        if site.process.poll() is None:
            site.process.terminate()
            site.process.wait(90)


def everything(site: Running) -> list[int]:
    """The processes below this one, however deep."""
    return [each.pid for each in psutil.Process(site.process.pid).children(recursive=True)]


def test_it_tells_outside_programs_all_they_need(running: Running):
    facts = running.facts
    shape = {name: sorted(part) if isinstance(part, dict) else part for name, part in facts.items()}
    assert list(facts) == [
        *("sip", "callers", "operators", "ami", "fastagi", "web", "admin", "database", "pids")
    ]
    assert shape["sip"] == ["host", "number", "port"]
    assert shape["ami"] == ["host", "port", "secret", "user"]
    assert shape["fastagi"] == ["host", "port"]
    assert shape["web"] == ["url"]
    assert shape["admin"] == ["password", "user"]
    assert shape["pids"] == ["asterisk", "service"]
    assert [sorted(each) for each in facts["callers"]] == [["password", "user"]] * 2
    assert [sorted(each) for each in facts["operators"]] == [["id", "password", "user"]] * 2
    assert stat.S_IMODE(running.facts_file.stat().st_mode) == 0o600
    for user in (*facts["callers"], *facts["operators"]):
        assert user["user"] in running.said
    assert all(alive(pid) for pid in facts["pids"].values())


def test_a_service_that_is_killed_comes_back_under_a_new_pid(running: Running):
    before = running.facts["pids"]
    os.kill(before["service"], signal.SIGKILL)
    until(lambda: running.facts["pids"]["service"] != before["service"])
    after = running.facts["pids"]
    assert alive(after["service"])
    assert after["asterisk"] == before["asterisk"]


def test_a_drill_can_keep_the_service_away(running: Running):
    hold = running.home / "hold-service"
    hold.touch()
    before = running.facts["pids"]["service"]
    os.kill(before, signal.SIGKILL)
    until(lambda: "not before" in running.said)
    time.sleep(2)  # longer than the first restart takes to come
    assert running.facts["pids"]["service"] == before
    assert not alive(before)
    hold.unlink()
    until(lambda: running.facts["pids"]["service"] != before)


def test_asterisk_that_is_killed_comes_back(running: Running):
    before = running.facts["pids"]["asterisk"]
    os.kill(before, signal.SIGKILL)
    until(lambda: running.facts["pids"]["asterisk"] != before)
    found = find_asterisk()
    assert found is not None
    layout = Layout(running.home / "asterisk", found)
    until(AsteriskProcess(layout).booted)


def test_a_second_one_in_the_same_place_says_so(running: Running):
    second = start(running.home)
    assert second.process.wait(90) == 1
    assert f"running here already (pid {running.process.pid})" in running.said
    assert running.facts_file.exists()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_in_order_and_leaves_nothing(running: Running, ending: signal.Signals):
    children = everything(running)
    assert len(children) >= 3
    running.process.send_signal(ending)
    assert running.process.wait(90) == 0
    assert not running.facts_file.exists()
    assert [pid for pid in children if alive(pid)] == []
    assert is_free("127.0.0.1", 7538, socket.SOCK_STREAM)


def test_killed_it_still_leaves_nothing(running: Running):
    children = everything(running)
    running.process.kill()
    running.process.wait(60)
    until(lambda: not any(alive(pid) for pid in children))
    again = start(running.home)
    try:
        until(lambda: again.facts_file.exists() and again.facts["pids"]["asterisk"] not in children)
    finally:
        again.process.terminate()
        again.process.wait(90)
