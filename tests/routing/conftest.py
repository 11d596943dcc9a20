import shutil

import pytest
from hypothesis import HealthCheck, settings

from routing.load import DATA, load_table

# A busy machine is no fault of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def table():
    """The table that ships with the product."""
    return load_table()


@pytest.fixture
def folder(tmp_path):
    """A copy of the data folder, to be spoilt."""
    return shutil.copytree(DATA, tmp_path / "data")
