"""Two lanes: telephone calls take the time they take, so everything else runs beside them.

Within a lane tests run one after the other, in order; the lanes share no port. `pytest` alone
runs one lane.
"""

from __future__ import annotations

from pathlib import Path

import pytest

CALLS = Path(__file__).parent / "e2e"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        lane = "calls" if item.path.is_relative_to(CALLS) else "rest"
        item.add_marker(pytest.mark.xdist_group(lane))
