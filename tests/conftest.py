"""Two lanes: telephone calls take the time they take, so everything else runs beside them.

Within a lane tests run one after the other, in order; the lanes share no port. `make test` runs
both, `pytest` alone one after the other. The lanes are a scheduler of ours because pytest 9.2
does not show the marks by which xdist groups tests.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling


class Lanes(LoadScopeScheduling):
    """One worker has the telephones, the other everything else."""

    def _split_scope(self, nodeid: str) -> str:
        return "calls" if nodeid.startswith("tests/e2e/") else "rest"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Lanes:
    return Lanes(config, log)
