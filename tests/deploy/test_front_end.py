"""What npm brings: there once, copied to where it is served, or left out with a word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy import front_end
from deploy.front_end import SERVED, provide_front_end
from deploy.steps import SetupFailed


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "ivr/web"
    (folder / "static").mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        (folder / name).write_text(json.dumps({}))
    return tmp_path


def brought(folder: Path) -> None:
    """What `npm ci` leaves behind."""
    for source in SERVED:
        path = folder / "node_modules" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("// script")


def test_scripts_are_brought_once_and_again_when_the_lock_changes(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
):
    asked: list[Path] = []
    monkeypatch.setattr(
        front_end, "_install", lambda folder: (asked.append(folder), brought(folder))
    )
    provide_front_end(checkout)
    provide_front_end(checkout)
    assert len(asked) == 1
    assert (checkout / "ivr/web/static/vendor/htmx.min.js").read_text() == "// script"
    (checkout / "ivr/web/package-lock.json").write_text('{"x": 1}')
    provide_front_end(checkout)
    assert len(asked) == 2


def test_a_machine_without_npm_goes_on_with_a_word(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(front_end.shutil, "which", lambda _: None)
    provide_front_end(checkout)
    assert "pages work without live effects: npm is not on this machine" in capsys.readouterr().out


def test_a_network_that_is_away_is_not_fatal(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def no_network(*_: object, **__: object) -> str:
        raise SetupFailed("no network today")

    monkeypatch.setattr(front_end, "run", no_network)
    monkeypatch.setattr(front_end.shutil, "which", lambda _: "/usr/bin/npm")
    provide_front_end(checkout)
    assert "no network today" in capsys.readouterr().out
