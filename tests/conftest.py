"""Two lanes: telephone calls take the time they take, so everything else runs beside them.

Within a lane tests run one after the other, in order; the lanes share no port. `make test` runs
both, `pytest` alone one after the other. The lanes are a scheduler of ours because pytest 9.2
does not show the marks by which xdist groups tests.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

# The same examples on every run, however busy the machine: a check says the same of the same code.
# New examples are looked for with --hypothesis-profile=searching.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", PATIENT, derandomize=True, database=None)
settings.register_profile("searching", PATIENT, derandomize=False, max_examples=2000)
settings.load_profile("steady")


class Lanes(LoadScopeScheduling):
    """One worker has the telephones, the other everything else."""

    def _split_scope(self, nodeid: str) -> str:
        return "calls" if nodeid.startswith("tests/e2e/") else "rest"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Lanes:
    return Lanes(config, log)
