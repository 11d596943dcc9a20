"""A real Asterisk for the session, or a reason why not."""

import importlib.util
import sys
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("switch", Path(__file__).with_name("switch.py"))
switch_module = importlib.util.module_from_spec(_spec)
sys.modules["switch"] = switch_module
_spec.loader.exec_module(switch_module)


@pytest.fixture(scope="session")
def switch(tmp_path_factory):
    installed = switch_module.root()
    if installed is None:
        pytest.skip("no Asterisk: set HOTLINE_ASTERISK_ROOT, or fetch one with make run")
    running = switch_module.start(installed, tmp_path_factory.mktemp("switch"))
    yield running
    running.stop()
