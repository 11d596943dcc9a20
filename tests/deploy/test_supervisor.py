"""Who is started again, and when."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import define, field

from deploy.supervisor import Supervisor


@define
class Fake:
    """A child that a test ends."""

    name: str
    running: bool = True
    pid: int = 1
    ended_with: str = "code 1"

    def start(self) -> None:
        self.running, self.pid = True, self.pid + 1


@define
class Stage:
    hold: Path
    time: float = 0.0
    told: int = 0
    child: Fake = field(factory=lambda: Fake("service"))
    watch: Supervisor = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.watch = Supervisor(
            [self.child, Fake("other")], self.tell, {"service": self.hold}, lambda: self.time
        )

    def tell(self) -> None:
        self.told += 1

    def pass_time(self, seconds: float) -> None:
        self.time += seconds
        self.watch.look()

    def time_to_restart(self) -> float:
        """End the child and count the seconds until it runs again."""
        self.child.running = False
        self.watch.look()
        waited = 0.0
        while not self.child.running:
            self.pass_time(0.5)
            waited += 0.5
        return waited


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "hold")


def test_one_that_ends_is_started_after_a_second_and_its_pid_is_told(stage: Stage):
    assert stage.time_to_restart() == 1.0
    assert stage.child.pid == 2
    assert stage.told == 1


def test_one_that_fails_again_and_again_is_started_less_often(stage: Stage):
    waits = [stage.time_to_restart() for _ in range(7)]
    assert waits == [1, 2, 4, 8, 16, 30, 30]


def test_a_steady_one_begins_anew(stage: Stage):
    for _ in range(4):
        stage.time_to_restart()
    stage.pass_time(60)
    assert stage.time_to_restart() == 1.0


def test_a_hold_keeps_it_away_until_it_is_removed(stage: Stage):
    stage.hold.touch()
    stage.child.running = False
    for _ in range(100):
        stage.pass_time(1)
    assert stage.child.pid == 1
    stage.hold.unlink()
    stage.pass_time(0)
    assert stage.child.pid == 2


def test_nothing_happens_while_all_run(stage: Stage):
    stage.pass_time(1000)
    assert stage.told == 0
