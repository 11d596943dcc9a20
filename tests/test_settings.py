"""Whose settings are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.settings import RUNNING, Settings


def _site(home: Path, *, secret: str, port: int) -> Path:
    (home / "secrets").mkdir(parents=True)
    (home / "secrets" / "ami__secret").write_text(f"{secret}\n")
    (home / RUNNING).write_text(f"[ami]\nport = {port}\n")
    return home


def test_a_home_that_is_asked_for_is_the_one_that_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A site beside the one in the environment never takes that one's secrets or ports."""
    _site(tmp_path / "present", secret="theirs", port=1)
    wanted = _site(tmp_path / "wanted", secret="ours", port=2)
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "present"))
    settings = Settings(home=wanted)
    assert (settings.ami.secret.get_secret_value(), settings.ami.port) == ("ours", 2)
    assert Settings().ami.secret.get_secret_value() == "theirs"


def test_the_environment_wins_over_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home = _site(tmp_path, secret="file", port=3)
    monkeypatch.setenv("HOTLINE_AMI__PORT", "4")
    assert Settings(home=home).ami.port == 4


def test_a_misspelt_setting_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="extra"):
        Settings(home=tmp_path, amy={"port": 1})
