"""A real Asterisk for the session, and a server of sound without a socket."""

from __future__ import annotations

import pytest

from deploy.layout import find_asterisk

from . import switch as switch_module
from .audio_house import House


@pytest.fixture(scope="session")
def switch(tmp_path_factory):
    installed = find_asterisk()
    if installed is None:
        pytest.fail("there is no Asterisk to test with: run `make setup`, which fetches one")
    running = switch_module.start(installed, tmp_path_factory.mktemp("switch"))
    yield running
    running.stop()


@pytest.fixture
async def house():
    made = House()
    yield made
    made.factory.close()
