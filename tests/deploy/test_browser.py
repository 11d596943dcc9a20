"""The browser for tests of the pages: found, or left out with a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy import browser, own_release
from deploy.browser import find_browser, provide_browser
from deploy.steps import SetupFailed


def test_a_browser_that_can_not_be_had_is_named_and_not_fatal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def no_source() -> None:
        raise SetupFailed("no network today")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(own_release, "machine_source", no_source)
    monkeypatch.setattr(browser.shutil, "which", lambda _name: None)
    provide_browser()
    assert "tests of the pages will be skipped: no network today" in capsys.readouterr().out
    assert find_browser() is None


def test_the_browser_of_this_machine_draws_a_page():
    found = find_browser()
    if found is None:
        pytest.skip("no Chromium here; `make setup` with a network fetches one")
    assert found.shows_a_page()
