import shutil

import pytest

from routing.load import DATA, load_table


@pytest.fixture(scope="session")
def table():
    """The table that ships with the product."""
    return load_table()


@pytest.fixture
def folder(tmp_path):
    """A copy of the data folder, to be spoilt."""
    return shutil.copytree(DATA, tmp_path / "data")
