"""A real Asterisk for the session."""

from __future__ import annotations

import pytest

from deploy.layout import find_asterisk

from . import switch as switch_module


@pytest.fixture(scope="session")
def switch(tmp_path_factory):
    installed = find_asterisk()
    if installed is None:
        pytest.fail("there is no Asterisk to test with: run `make setup`, which fetches one")
    running = switch_module.start(installed, tmp_path_factory.mktemp("switch"))
    yield running
    running.stop()
