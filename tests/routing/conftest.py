import shutil

import pytest

from ivr.app.routers import open_router
from ivr.settings import Settings
from routing.load import DATA, load_table


@pytest.fixture(scope="session")
def table():
    """The table that ships with the product."""
    return load_table()


@pytest.fixture
def folder(tmp_path):
    """A copy of the data folder, to be spoilt."""
    return shutil.copytree(DATA, tmp_path / "data")


@pytest.fixture(scope="session")
def router(tmp_path_factory):
    """The router of the shipped table, as set-up has learned it."""
    return open_router(Settings(home=tmp_path_factory.mktemp("home")), print)
