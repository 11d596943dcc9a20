import shutil
from datetime import UTC, datetime

import pytest

from routing.decide import Router
from routing.ids import TableVersion
from routing.learn import compile_router
from routing.load import DATA, load_table
from routing.table import publish


@pytest.fixture(scope="session")
def table():
    """The table that ships with the product."""
    return load_table()


@pytest.fixture
def folder(tmp_path):
    """A copy of the data folder, to be spoilt."""
    return shutil.copytree(DATA, tmp_path / "data")


@pytest.fixture(scope="session")
def router(table):
    """The router of the shipped table; it takes half a minute to make."""
    snapshot = publish(table, TableVersion(1), datetime(2026, 11, 22, tzinfo=UTC))
    return Router.open(snapshot, compile_router(table))
