"""The set-up as a whole: alone, quick, and honest about what went wrong."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from deploy import python_env, setup
from deploy.steps import SetupFailed, run, step

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def test_it_needs_nothing_but_the_standard_library(tmp_path: Path):
    """-S hides every installed package, as on a new machine."""
    command = [sys.executable, "-S", "-c", "import deploy.setup"]
    ended = subprocess.run(command, cwd=CHECKOUT, check=False)  # noqa: S603  # words of ours
    assert ended.returncode == 0


def test_two_at_once_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    order: list[str] = []

    def second() -> None:
        with setup.alone():
            order.append("second")

    other = threading.Thread(target=second)
    with setup.alone():
        other.start()
        until = time.monotonic() + 60
        while "waiting" not in capsys.readouterr().out:
            assert time.monotonic() < until, "it does not say that it waits"
            time.sleep(0.01)
        order.append("first")
    other.join(60)
    assert order == ["first", "second"]


def test_changed_requirements_are_noticed(tmp_path: Path):
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text("a")
    before = python_env._fingerprint(tmp_path)
    assert python_env._fingerprint(tmp_path) == before
    (tmp_path / "constraints.txt").write_text("b")
    assert python_env._fingerprint(tmp_path) != before


def test_an_environment_of_another_place_is_not_used(tmp_path: Path):
    pip = tmp_path / ".venv/bin/pip"
    pip.parent.mkdir(parents=True)
    pip.write_text("#!/somewhere/else/.venv/bin/python\n")
    assert not python_env._belongs(tmp_path / ".venv")
    pip.write_text(f"#!{tmp_path}/.venv/bin/python\n")
    assert python_env._belongs(tmp_path / ".venv")


def test_an_environment_whose_interpreter_is_gone_is_noticed(tmp_path: Path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").symlink_to("/nowhere/python3")
    assert not python_env._starts(tmp_path)


def test_a_step_that_fails_shows_what_the_program_said():
    with pytest.raises(SetupFailed, match="no luck today"):
        run([sys.executable, "-c", "print('no luck today'); raise SystemExit(3)"])


def test_a_program_that_is_not_here_is_named():
    with pytest.raises(SetupFailed, match="no-such-program"):
        run(["no-such-program"])


def test_a_step_says_what_and_how_long(capsys: pytest.CaptureFixture[str]):
    with step("Boiling water"):
        pass
    assert capsys.readouterr().out.splitlines() == ["==> Boiling water", "    done in 0.0 s"]
